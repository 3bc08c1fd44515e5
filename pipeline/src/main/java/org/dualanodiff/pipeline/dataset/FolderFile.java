package org.dualanodiff.pipeline.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * An image or a mask in plain folders, and what the folders above it say.
 *
 * @param file its path below the root
 * @param names folders above it that are names, of a category or a defect, from the root down
 * @param items folders above it that hold one item each
 * @param split the folder that says the part, in small letters; empty where there is none
 */
record FolderFile(
        FileEntry entry,
        String file,
        List<String> names,
        List<String> items,
        boolean good,
        boolean amongMasks,
        String split) {
    private static final int CATEGORY_AND_DEFECT = 2;

    /**
     * @param folders those above the file, from the root down
     * @param isMaskFolder whether a folder's name says that masks lie in it
     */
    static FolderFile of(FileEntry entry, List<String> folders, Predicate<String> isMaskFolder) {
        List<String> names = new ArrayList<>();
        List<String> items = new ArrayList<>();
        boolean good = false;
        boolean amongMasks = false;
        String split = "";
        for (String folder : folders) {
            if (Words.part(folder).orElse(Candidate.Part.UNSAID) != Candidate.Part.UNSAID) {
                split = folder.toLowerCase(Locale.ROOT);
            } else if (isMaskFolder.test(folder)) {
                amongMasks = true;
            } else if (Words.isGood(folder)) {
                good = true;
            } else if (Words.isItemFolder(folder)) {
                items.add(folder);
            } else if (!Words.isImageFolder(folder)) {
                names.add(folder);
            }
        }
        if (names.size() > CATEGORY_AND_DEFECT) {
            // A folder of all that is defective, above the defects.
            names.subList(0, names.size() - 1).removeIf(Words::isDefective);
        }
        List<String> path = new ArrayList<>(folders);
        path.add(entry.name());
        return new FolderFile(
                entry, String.join("/", path), List.copyOf(names), List.copyOf(items), good, amongMasks, split);
    }

    Candidate.Part part() {
        return Words.part(split).orElseThrow();
    }

    /** What an image and its masks have in common. */
    MaskIndex.Name key() {
        return new MaskIndex.Name(space(split), entry.stem());
    }

    /** The same for masks that lie outside of the folders that tell the part. */
    MaskIndex.Name keyOfNoPart() {
        return new MaskIndex.Name(space(""), entry.stem());
    }

    private String space(String part) {
        List<String> path = new ArrayList<>(List.of(part + ":"));
        path.addAll(names);
        path.addAll(items);
        return String.join("/", path);
    }

    /** Tells the image from the others of its defect: its file's name, below the folder of its part if there is one. */
    String name() {
        return switch (part()) {
            case TRAINING -> "train/" + entry.name();
            case TEST -> "test/" + entry.name();
            case UNSAID -> entry.name();
        };
    }
}
