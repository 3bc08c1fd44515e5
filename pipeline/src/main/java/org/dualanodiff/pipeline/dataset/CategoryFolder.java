package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;

/** Where a category keeps its files in the MVTec AD layout. */
record CategoryFolder(String name, Path path, DatasetFiles files) {
    static final String GOOD = "good";

    /** Whether this folder has the one part that every category has. */
    boolean isCategory() throws IOException {
        return files.isFolder(test());
    }

    /** The defects with images or masks; a folder of masks without its folder of images is a defect, too. */
    List<String> defects() throws IOException {
        return Stream.concat(files.list(test()).stream(), files.list(groundTruth()).stream())
                .filter(entry -> entry.folder() && !entry.name().equals(GOOD))
                .map(FileEntry::name)
                .distinct()
                .sorted()
                .toList();
    }

    List<FileEntry> imageFolder(String defect) throws IOException {
        return files.list(DatasetFiles.child(test(), defect));
    }

    List<FileEntry> maskFolder(String defect) throws IOException {
        return files.list(DatasetFiles.child(groundTruth(), defect));
    }

    GoodImages goodImages() throws IOException {
        return new GoodImages(name, goodUnder(new Path(path, "train")), goodUnder(test()));
    }

    private List<URI> goodUnder(Path folder) throws IOException {
        return files.list(new Path(folder, GOOD)).stream()
                .filter(FileEntry::isImage)
                .map(FileEntry::uri)
                .toList();
    }

    private Path test() {
        return new Path(path, "test");
    }

    private Path groundTruth() {
        return new Path(path, "ground_truth");
    }
}
