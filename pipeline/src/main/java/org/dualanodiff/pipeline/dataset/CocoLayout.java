package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * COCO instance segmentation: one or more JSON files in the root, in {@code annotations}, or one in each of its folders.
 * A COCO category is a defect, its supercategory the category; where it has none, the root's name is. All annotations of
 * one defect in one image make one mask. An image without annotations is a good one. The names of the files, such as
 * {@code instances_train.json}, tell the split.
 */
record CocoLayout(DatasetFiles files) implements DatasetLayout {
    private static final String ANNOTATIONS = "annotations";
    private static final int DEEPEST = 3;

    /** Beginnings of the names of files for other tasks than instance segmentation. */
    private static final List<String> OTHER_TASKS =
            List.of("captions", "person_keypoints", "panoptic", "stuff", "image_info");

    /**
     * The annotation files of the root and of its folder {@code annotations}, else those of the folders below, down to the
     * first level that has any; without those of COCO's own that tell the same images other things.
     */
    List<FileEntry> annotationFiles(Path root) throws IOException {
        List<Path> level = List.of(root);
        List<FileEntry> found = new ArrayList<>();
        for (int depth = 0; depth <= DEEPEST && found.isEmpty() && !level.isEmpty(); depth++) {
            List<Path> below = new ArrayList<>();
            for (Path folder : level) {
                List<FileEntry> inside = files.list(folder);
                found.addAll(cocoFiles(inside));
                found.addAll(cocoFiles(files.list(new Path(folder, ANNOTATIONS))));
                inside.stream().filter(FileEntry::folder).map(FileEntry::path).forEach(below::add);
            }
            level = below;
        }
        return found;
    }

    /** By COCO's own word; of the others beside such a file, some may be no annotations. */
    private static boolean isNamed(FileEntry file) {
        return file.name().startsWith("instances");
    }

    private List<FileEntry> cocoFiles(List<FileEntry> folder) throws IOException {
        List<FileEntry> found = new ArrayList<>();
        for (FileEntry entry : folder) {
            boolean other = OTHER_TASKS.stream().anyMatch(entry.name()::startsWith);
            if (!entry.folder() && !other && entry.extension().equals("json") && looksLikeCoco(entry)) {
                found.add(entry);
            }
        }
        return found;
    }

    /** By its beginning: other JSON files lie in data sets, too. */
    private boolean looksLikeCoco(FileEntry entry) throws IOException {
        String beginning = files.beginning(entry.path());
        // LabelMe's files are of one image each, and Label Studio's a list.
        return Stream.of("\"images\"", "\"annotations\"", "\"categories\"").anyMatch(beginning::contains)
                && !beginning.contains("\"shapes\"")
                && !beginning.stripLeading().startsWith("[");
    }

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        boolean single = files.isFile(root);
        List<FileEntry> found = single ? List.of(FileEntry.unlisted(root)) : annotationFiles(root);
        if (found.isEmpty()) {
            throw new DatasetException(
                    "%s holds no COCO annotation file: expected a .json with \"images\", \"annotations\" and \"categories\" in it or in %s/"
                            .formatted(root, ANNOTATIONS));
        }
        Path base = single ? root.getParent() : root;
        Catalog.Builder catalog = new Catalog.Builder();
        FileIndex index = new FileIndex(files);
        boolean named = found.stream().anyMatch(CocoLayout::isNamed);
        for (FileEntry file : found) {
            try {
                CocoFile coco = CocoFile.read(files, file.path());
                if (named && !isNamed(file) && !coco.hasOutlines()) {
                    catalog.aside(DatasetPath.below(base, file.path()), Reason.INVALID_ENTRY, "it has no outlines");
                } else {
                    new Listing(coco, base, index, catalog).addAll();
                }
            } catch (DatasetException e) {
                if (!named || isNamed(file)) {
                    throw e;
                }
                catalog.aside(DatasetPath.below(base, file.path()), Reason.INVALID_ENTRY, e.getMessage());
            }
        }
        return catalog.build(root.toString(), index.inDoubt());
    }

    /**
     * Turns one COCO annotation file into entries of a catalog.
     *
     * @param root the data set's folder
     */
    record Listing(CocoFile coco, Path root, FileIndex index, Catalog.Builder catalog) {
        private static final Set<String> NO_CATEGORY = Set.of("", "none", "null", "defect", "defects", "anomaly");

        private static final String LOST =
                "its file has annotations that cannot be told to an image: whether it is a good one is not known";

        /** The annotations of one image, by defect; empty where none of them tells a known defect. */
        private record Annotated(Map<CocoFile.Category, List<CocoFile.Annotation>> byDefect) {
            Annotated() {
                this(new LinkedHashMap<>());
            }
        }

        /** An image's file, and its path below the root, or as it is listed where there is no such file. */
        private record Found(FileEntry entry, String file) {}

        void addAll() throws IOException {
            coco.complaints().forEach((place, complaint) -> catalog.aside(place, Reason.INVALID_ENTRY, complaint));
            Map<String, Annotated> annotated = annotated();
            List<String> categories = categories();
            List<String> homeless = new ArrayList<>();
            for (CocoFile.Image image : coco.images().values()) {
                try {
                    Found found = find(image);
                    if (annotated.containsKey(image.id())) {
                        addDefects(image, found, annotated.get(image.id()));
                    } else if (!found.entry().isListed()) {
                        String place = "%s, image %s".formatted(coco.path().getName(), image.id());
                        Candidate.Mask.None missing = index.missing(found.entry(), places(), image.fileName());
                        catalog.aside(place, missing.reason(), missing.detail());
                    } else if (hasLostAnnotations()) {
                        catalog.goodAside(
                                categories.get(0),
                                found.file(),
                                Reason.INVALID_ENTRY,
                                "it has no annotation, but " + LOST);
                    } else if (!addGood(found, categories)) {
                        homeless.add(found.file());
                    }
                } catch (IllegalArgumentException e) {
                    String place = "%s, image %s".formatted(coco.path().getName(), image.id());
                    catalog.aside(place, Reason.INVALID_ENTRY, "its file_name is no path: " + e.getMessage());
                }
            }
            asideHomeless(homeless, categories);
        }

        /** Whether an annotation is there that may belong to any image. */
        private boolean hasLostAnnotations() {
            return !coco.complaints().isEmpty()
                    || coco.annotations().stream()
                            .anyMatch(annotation -> !coco.images().containsKey(annotation.imageId()));
        }

        private Map<String, Annotated> annotated() {
            Map<String, Annotated> byImage = new HashMap<>();
            for (CocoFile.Annotation annotation : coco.annotations()) {
                CocoFile.Category defect = coco.categories().get(annotation.categoryId());
                if (!coco.images().containsKey(annotation.imageId())) {
                    aside(annotation, "there is no image with its image_id " + annotation.imageId());
                    continue;
                }
                if (defect != null && Words.isGood(defect.name())) {
                    continue;
                }
                // Also an image whose defect nobody can tell must not pass for a good one.
                Annotated image = byImage.computeIfAbsent(annotation.imageId(), any -> new Annotated());
                if (defect == null) {
                    aside(annotation, "there is no category with its category_id " + annotation.categoryId());
                } else {
                    image.byDefect()
                            .computeIfAbsent(defect, any -> new ArrayList<>())
                            .add(annotation);
                }
            }
            return byImage;
        }

        private void aside(CocoFile.Annotation annotation, String detail) {
            catalog.aside(annotation.place(), Reason.INVALID_ENTRY, detail);
        }

        private void addDefects(CocoFile.Image image, Found found, Annotated annotated) {
            catalog.annotated(found.entry());
            annotated.byDefect().forEach((defect, annotations) -> {
                Candidate.Mask mask = !found.entry().isListed()
                        ? index.missing(found.entry(), places(), image.fileName())
                        : new Candidate.Mask.Drawn(
                                annotations.stream()
                                        .map(CocoFile.Annotation::outline)
                                        .toList(),
                                image.width(),
                                image.height(),
                                annotations.get(0).place());
                Candidate candidate = new Candidate(found.file(), found.file(), found.entry(), mask, part());
                catalog.defect(categoryOf(defect), defect.name(), candidate);
            });
        }

        /** Whether it can be told of which category the image is a good one: the only one, or that which a folder names. */
        private boolean addGood(Found found, List<String> categories) {
            List<String> folders = List.of(found.file().split("/"));
            List<String> fitting = categories.size() == 1
                    ? categories
                    : categories.stream().filter(folders::contains).toList();
            if (fitting.size() == 1) {
                catalog.unannotated(fitting.get(0), found.file(), found.entry(), part());
            }
            return fitting.size() == 1;
        }

        private void asideHomeless(List<String> homeless, List<String> categories) {
            if (!homeless.isEmpty()) {
                String detail =
                        "%d images have no annotation, and no folder above them tells whether they are good ones of %s; the first is %s"
                                .formatted(homeless.size(), String.join(", ", categories), homeless.get(0));
                catalog.aside(DatasetPath.below(root, coco.path()), Reason.INVALID_ENTRY, detail);
            }
        }

        private Found find(CocoFile.Image image) throws IOException {
            FileEntry entry = index.find(places(), image.fileName());
            return new Found(entry, entry.isListed() ? DatasetPath.below(root, entry.path()) : image.fileName());
        }

        /** Beside the annotation file, in the root and in the folders that COCO and its tools use, there and beside the file's. */
        private List<Path> places() {
            String stem = FileEntry.unlisted(coco.path()).stem();
            String set = stem.substring(stem.indexOf('_') + 1);
            Path own = coco.path().getParent();
            boolean inside = !own.equals(root) && !own.getParent().equals(root);
            List<Path> places = new ArrayList<>(List.of(own, root));
            for (Path folder : inside ? List.of(root, own, own.getParent()) : List.of(root, own)) {
                Stream.of("images", set, "images/" + set, "JPEGImages", "data")
                        .filter(name -> !name.isBlank())
                        .map(name -> DatasetPath.child(folder, name))
                        .forEach(places::add);
            }
            if (inside) {
                places.add(own.getParent());
            }
            return places;
        }

        /** Without a root of all, which Roboflow writes above the real ones and never uses. */
        private List<String> categories() {
            Set<String> used = coco.annotations().stream()
                    .map(CocoFile.Annotation::categoryId)
                    .collect(Collectors.toSet());
            // Some tools write a name again as its own supercategory.
            List<CocoFile.Category> all = List.copyOf(coco.categories().values());
            Set<String> above = all.stream()
                    .filter(defect -> !defect.name().equals(defect.supercategory()))
                    .map(CocoFile.Category::supercategory)
                    .collect(Collectors.toSet());
            List<CocoFile.Category> real = all.stream()
                    .filter(defect -> used.contains(defect.id()) || !above.contains(defect.name()))
                    .toList();
            List<CocoFile.Category> defects =
                    real.stream().filter(defect -> !Words.isGood(defect.name())).toList();
            return Stream.of(defects, real, all).filter(some -> !some.isEmpty()).findFirst().orElseThrow().stream()
                    .map(this::categoryOf)
                    .distinct()
                    .sorted()
                    .toList();
        }

        private String categoryOf(CocoFile.Category defect) {
            String above = defect.supercategory() == null ? "" : defect.supercategory();
            if (NO_CATEGORY.contains(above.toLowerCase(Locale.ROOT)) || above.equals(defect.name())) {
                return root.getName().isEmpty() ? DatasetFormat.UNNAMED_CATEGORY : root.getName();
            }
            return above;
        }

        /** A word of the file's name or folder, as in {@code instances_train2017.json} or {@code valid/_annotations.json}. */
        private Candidate.Part part() {
            String name = DatasetPath.below(root, coco.path()).toLowerCase(Locale.ROOT);
            return Stream.of(name.split("[^a-z]+"))
                    .map(word -> Words.part(word).orElse(Candidate.Part.UNSAID))
                    .filter(part -> part != Candidate.Part.UNSAID)
                    .findFirst()
                    .orElse(Candidate.Part.UNSAID);
        }
    }
}
