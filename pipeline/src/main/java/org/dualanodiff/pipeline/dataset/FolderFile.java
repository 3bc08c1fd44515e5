package org.dualanodiff.pipeline.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An image or a mask in plain folders, and what the folders above it say.
 *
 * @param file its path below the root
 * @param names folders above it that are names, of a category or a defect, from the root down
 * @param part what a folder named train or test says
 */
record FolderFile(FileEntry entry, String file, List<String> names, boolean good, boolean mask, Candidate.Part part) {
    private static final String MASK_SUFFIX = "_mask";
    private static final Set<String> IMAGE_FOLDERS = Set.of("images", "image", "imgs", "img");
    private static final Set<String> MASK_FOLDERS = Set.of("masks", "mask", "ground_truth", "groundtruth", "gt");
    private static final Set<String> GOOD_FOLDERS = Set.of("good", "normal", "ok");

    /** @param folders those above the file, from the root down */
    static FolderFile of(FileEntry entry, List<String> folders) {
        List<String> names = new ArrayList<>();
        boolean good = false;
        boolean mask = entry.stem().endsWith(MASK_SUFFIX);
        Candidate.Part part = Candidate.Part.UNSAID;
        for (String folder : folders) {
            String known = folder.toLowerCase(Locale.ROOT);
            Candidate.Part said = ListedImages.part(known).orElse(Candidate.Part.UNSAID);
            if (said != Candidate.Part.UNSAID) {
                part = said;
            } else if (MASK_FOLDERS.contains(known)) {
                mask = true;
            } else if (GOOD_FOLDERS.contains(known)) {
                good = true;
            } else if (!IMAGE_FOLDERS.contains(known)) {
                names.add(folder);
            }
        }
        List<String> path = new ArrayList<>(folders);
        path.add(entry.name());
        return new FolderFile(entry, String.join("/", path), List.copyOf(names), good, mask, part);
    }

    /** What an image and its mask have in common. */
    String key() {
        String stem = entry.stem();
        boolean suffixed = mask && stem.endsWith(MASK_SUFFIX);
        List<String> path = new ArrayList<>(names);
        path.add(suffixed ? stem.substring(0, stem.length() - MASK_SUFFIX.length()) : stem);
        return String.join("/", path);
    }

    /** Tells the image from the others of its defect: its file's name, below the folder of its part if there is one. */
    String name() {
        return switch (part) {
            case TRAINING -> "train/" + entry.name();
            case TEST -> "test/" + entry.name();
            case UNSAID -> entry.name();
        };
    }
}
