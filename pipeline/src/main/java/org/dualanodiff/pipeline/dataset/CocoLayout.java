package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;

/**
 * COCO instance segmentation: one or more JSON files in the root, in {@code annotations}, or one in each of its folders.
 * A COCO category is a defect, its supercategory the category; where it has none, the root's name is. All annotations of
 * one defect in one image make one mask. An image without annotations is a good one. The names of the files, such as
 * {@code instances_train.json}, tell the split.
 */
record CocoLayout(DatasetFiles files) implements DatasetLayout {
    private static final String ANNOTATIONS = "annotations";
    private static final int DEEPEST = 3;

    /**
     * The annotation files of the root and of its folder {@code annotations}, else those of the folders below, down to the
     * first level that has any; those named {@code instances...} alone if there are any.
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
        List<FileEntry> instances = found.stream()
                .filter(file -> file.name().startsWith("instances"))
                .toList();
        return instances.isEmpty() ? found : instances;
    }

    private List<FileEntry> cocoFiles(List<FileEntry> folder) throws IOException {
        List<FileEntry> found = new ArrayList<>();
        for (FileEntry entry : folder) {
            if (!entry.folder() && entry.extension().equals("json") && looksLikeCoco(entry)) {
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
        CatalogBuilder catalog = new CatalogBuilder();
        FileIndex index = new FileIndex(files);
        for (FileEntry file : found) {
            new CocoListing(CocoFile.read(files, file.path()), base, index, catalog).addAll();
        }
        return catalog.build(root.toString());
    }
}
