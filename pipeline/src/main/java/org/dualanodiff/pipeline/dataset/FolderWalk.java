package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/** All files below a folder. A folder that links lead to more than once is entered once. */
final class FolderWalk {
    private static final int DEEPEST = 8;

    private final DatasetFiles files;
    private final Set<String> entered = new HashSet<>();
    private final Map<FileEntry, List<String>> found = new LinkedHashMap<>();
    private final List<FolderFile> images = new ArrayList<>();
    private final Map<FolderFile, MaskIndex.Name> masks = new LinkedHashMap<>();
    /** Names that one image with a defect has, and no other, if its defect is left out. */
    private final Set<MaskIndex.Name> alone = new HashSet<>();

    private final List<Quarantined> strangers = new ArrayList<>();

    private FolderWalk(DatasetFiles files) {
        this.files = files;
    }

    static FolderWalk of(DatasetFiles files, Path root) throws IOException {
        FolderWalk walk = new FolderWalk(files);
        walk.enter(root, List.of());
        walk.sort();
        return walk;
    }

    /** Whether a walk would find any image; stops at the first. */
    static boolean holdsImages(DatasetFiles files, Path root) throws IOException {
        return new FolderWalk(files).holdsImages(root, DEEPEST);
    }

    private boolean holdsImages(Path folder, int levels) throws IOException {
        if (levels == 0 || !entered.add(files.identity(folder))) {
            return false;
        }
        List<FileEntry> inside = files.list(folder);
        if (inside.stream().anyMatch(FileEntry::isImage)) {
            return true;
        }
        for (FileEntry entry : inside) {
            if (entry.folder() && holdsImages(entry.path(), levels - 1)) {
                return true;
            }
        }
        return false;
    }

    private void enter(Path folder, List<String> names) throws IOException {
        if (!entered.add(files.identity(folder))) {
            aside(String.join("/", names), "a link to a folder that is read already; it is not entered again");
            return;
        } else if (names.size() == DEEPEST) {
            aside(String.join("/", names), "more than %d folders deep".formatted(DEEPEST));
            return;
        }
        for (FileEntry entry : files.list(folder)) {
            if (!entry.folder()) {
                found.put(entry, names);
            } else if (!Words.isOtherFolder(entry.name())) {
                List<String> deeper = new ArrayList<>(names);
                deeper.add(entry.name());
                enter(entry.path(), deeper);
            }
        }
    }

    private void aside(String file, String detail) {
        strangers.add(new Quarantined("", "", file, Reason.INVALID_ENTRY, detail));
    }

    /** Folders whose names may be a product's or a defect's, too, hold masks if any image takes one of them. */
    private void sort() {
        sort(files(Words::mayBeMaskFolder));
        Set<FileEntry> plainly = files(Words::isMaskFolder).stream()
                .filter(FolderFile::amongMasks)
                .map(FolderFile::entry)
                .collect(Collectors.toSet());
        MaskIndex<FolderFile> index = index();
        boolean fits = images.stream()
                .flatMap(image -> Stream.of(image.key(), image.keyOfNoPart()))
                .flatMap(name -> index.masksOf(name).stream())
                .anyMatch(mask -> mask.amongMasks() && !plainly.contains(mask.entry()));
        if (!fits) {
            images.clear();
            masks.clear();
            strangers.removeIf(file -> file.reason() == Reason.NOT_AN_IMAGE);
            sort(files(Words::isMaskFolder));
        }
    }

    /** The masks by the images that they belong to. */
    MaskIndex<FolderFile> index() {
        return new MaskIndex<>(imageNames(), masks, Words::imagesOf);
    }

    /** Other files by the images of the same stem. */
    MaskIndex<FolderFile> index(List<FolderFile> files) {
        Map<FolderFile, MaskIndex.Name> names = new LinkedHashMap<>();
        files.forEach(file -> names.put(file, file.key()));
        return new MaskIndex<>(imageNames(), names, List::of);
    }

    private List<MaskIndex.Name> imageNames() {
        return images.stream().flatMap(this::names).toList();
    }

    /** What its masks may call an image: in its part of the data set, in none; outside of its defect's folder if no other can be meant. */
    private Stream<MaskIndex.Name> names(FolderFile image) {
        Stream<MaskIndex.Name> own = Stream.of(image.key(), image.keyOfNoPart());
        return image.good() || !alone.contains(image.keyOfNoDefect())
                ? own
                : Stream.concat(own, Stream.of(image.keyInItsPart(), image.keyOfNoDefect()));
    }

    /** The files of an index that belong to an image, by the first of its names that any has. */
    List<FolderFile> of(FolderFile image, MaskIndex<FolderFile> files) {
        return names(image)
                .map(name -> files.masksOf(name).stream()
                        .filter(file -> image.good() || !file.good())
                        .toList())
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /** Whether an entry tells of a folder that was not entered, or of a picture of another kind, and not of notes beside. */
    static boolean isPictureOrFolder(Quarantined stranger) {
        return stranger.reason() != Reason.NOT_AN_IMAGE || ImageDecoder.isNamedAsOtherPicture(stranger.file());
    }

    private List<FolderFile> files(Predicate<String> isMaskFolder) {
        return found.entrySet().stream()
                .map(file -> FolderFile.of(file.getKey(), file.getValue(), isMaskFolder))
                .toList();
    }

    /** Into images and masks: by their folder, by their name, and by an image of that name beside. */
    private void sort(List<FolderFile> all) {
        Map<FileEntry, MaskIndex.Name> pictures = new LinkedHashMap<>();
        all.stream().filter(file -> !file.amongMasks()).forEach(file -> pictures.put(file.entry(), file.key()));
        Set<FileEntry> beside = masksBeside(pictures);
        for (FolderFile file : all) {
            MaskIndex.Name name = file.key();
            if (file.entry().isMask() && (file.amongMasks() || beside.contains(file.entry()))) {
                masks.put(file, name);
            } else if (file.entry().isImage()) {
                images.add(file);
            } else if (file.file().contains("/") || ImageDecoder.isNamedAsOtherPicture(file.file())) {
                // Beside the folders at the top lie notes and licences.
                strangers.add(new Quarantined("", "", file.file(), Reason.NOT_AN_IMAGE, FileEntry.NO_IMAGE));
            }
        }
        alone.clear();
        images.stream()
                .filter(image -> !image.good())
                .collect(Collectors.groupingBy(FolderFile::keyOfNoDefect, Collectors.counting()))
                .forEach((name, count) -> {
                    if (count == 1) {
                        alone.add(name);
                    }
                });
    }

    /**
     * The masks among images: by their name, and by an image of that name beside.
     *
     * @param pictures each with its name
     */
    static Set<FileEntry> masksBeside(Map<FileEntry, MaskIndex.Name> pictures) {
        Set<MaskIndex.Name> images = new HashSet<>();
        Map<MaskIndex.Name, FileEntry> photographs = new HashMap<>();
        pictures.forEach((entry, name) -> {
            if (entry.isImage()) {
                images.add(name);
            }
            if (entry.isPhotograph()) {
                photographs.putIfAbsent(name, entry);
            }
        });
        Set<FileEntry> masks = new HashSet<>();
        pictures.forEach((entry, name) -> {
            boolean named = Words.isPlainlyMask(name.stem())
                    || Words.maskOf(name.stem())
                            .filter(stem -> images.contains(new MaskIndex.Name(name.space(), stem)))
                            .isPresent();
            boolean beside = photographs.containsKey(name) && entry.mayBeMaskOf(photographs.get(name));
            if (entry.isMask() && (named || beside)) {
                masks.add(entry);
            }
        });
        return masks;
    }

    /** By folder, then name. */
    List<FolderFile> images() {
        return images;
    }

    /** Files of another kind. */
    List<FolderFile> others(String extension) {
        return files(Words::mayBeMaskFolder).stream()
                .filter(file -> file.entry().extension().equals(extension))
                .toList();
    }

    /** What is neither. */
    List<Quarantined> strangers() {
        return strangers;
    }

    /**
     * An image or a mask in plain folders, and what the folders above it say.
     *
     * @param file its path below the root
     * @param names folders above it that are names, of a category or a defect, from the root down
     * @param items folders above it that hold one item each
     * @param split the folder that says the part; empty where there is none
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
                    split = folder;
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
            return key(Words.split(split), names);
        }

        /** The same for masks that lie outside of the folders that tell the part. */
        MaskIndex.Name keyOfNoPart() {
            return key("", names);
        }

        /** The same for masks that lie in its part, and outside of the defect's folder. */
        MaskIndex.Name keyInItsPart() {
            return key(Words.split(split), namesAbove());
        }

        /** The same for masks that lie outside of both. */
        MaskIndex.Name keyOfNoDefect() {
            return key("", namesAbove());
        }

        private List<String> namesAbove() {
            return names.subList(0, Math.max(0, names.size() - 1));
        }

        private MaskIndex.Name key(String part, List<String> above) {
            List<String> path = new ArrayList<>(List.of(part + ":"));
            path.addAll(above);
            path.addAll(items);
            return new MaskIndex.Name(String.join("/", path), entry.stem());
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

    /**
     * The masks among files, found by the image that their names speak of: {@code <stem>_mask.<ext>} and other suffixes,
     * numbered ones too, {@code <stem>.<ext>}, or any file in a folder {@code <stem>}. All masks of an image are its mask.
     *
     * @param <T> a file
     */
    static final class MaskIndex<T> {
        private final Map<String, List<T>> byImage = new HashMap<>();
        private final List<T> orphans = new ArrayList<>();

        /** Where a file lies, in a space that an image shares with its masks, and its name without the extension. */
        record Name(String space, String stem) {
            /** Some file systems take letters and their accents apart. */
            private String key() {
                return Normalizer.normalize(space.isEmpty() ? stem : space + "/" + stem, Normalizer.Form.NFC);
            }
        }

        /**
         * @param images names of all images
         * @param masks each with its name, in the order in which they are found; its space may end in a folder named like the image
         * @param stems of the images that a mask of such a stem may belong to, the likeliest first
         */
        MaskIndex(Iterable<Name> images, Map<T, Name> masks, Function<String, List<String>> stems) {
            Map<String, String> known = new LinkedHashMap<>();
            for (Name image : images) {
                known.put(image.key(), image.key());
                known.putIfAbsent(image.key().toLowerCase(Locale.ROOT), image.key());
            }
            masks.forEach((mask, name) -> image(name, stems.apply(name.stem()), known)
                    .ifPresentOrElse(
                            key -> byImage.computeIfAbsent(key, any -> new ArrayList<>())
                                    .add(mask),
                            () -> orphans.add(mask)));
        }

        private static Optional<String> image(Name mask, List<String> stems, Map<String, String> known) {
            for (String stem : stems) {
                String key = new Name(mask.space(), stem).key();
                String found = known.getOrDefault(key, known.get(key.toLowerCase(Locale.ROOT)));
                if (found != null) {
                    return Optional.of(found);
                }
            }
            String folder = new Name("", mask.space()).key();
            return Optional.ofNullable(known.getOrDefault(folder, known.get(folder.toLowerCase(Locale.ROOT))));
        }

        List<T> masksOf(Name image) {
            return byImage.getOrDefault(image.key(), List.of());
        }

        /** Masks that none of the images takes. */
        List<T> orphans() {
            return orphans;
        }
    }
}
