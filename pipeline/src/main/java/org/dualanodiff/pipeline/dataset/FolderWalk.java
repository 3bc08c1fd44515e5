package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/** All files below a folder. A folder that links lead to more than once is entered once. */
final class FolderWalk {
    private static final int DEEPEST = 8;

    private final DatasetFiles files;
    private final Set<String> entered = new HashSet<>();
    private final List<FolderFile> images = new ArrayList<>();
    private final List<FolderFile> masks = new ArrayList<>();
    private final List<Quarantined> strangers = new ArrayList<>();

    private FolderWalk(DatasetFiles files) {
        this.files = files;
    }

    static FolderWalk of(DatasetFiles files, Path root) throws IOException {
        FolderWalk walk = new FolderWalk(files);
        walk.enter(root, List.of());
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
            if (entry.folder()) {
                List<String> deeper = new ArrayList<>(names);
                deeper.add(entry.name());
                enter(entry.path(), deeper);
            } else {
                add(FolderFile.of(entry, names));
            }
        }
    }

    private void add(FolderFile file) {
        if (file.mask() && file.entry().isMask()) {
            masks.add(file);
        } else if (file.entry().isImage()) {
            images.add(file);
        } else if (file.file().contains("/")) {
            // Beside the folders at the top lie notes and licences.
            String detail = "not an image by its name; images end in " + FileEntry.EXTENSIONS;
            strangers.add(new Quarantined("", "", file.file(), Reason.NOT_AN_IMAGE, detail));
        }
    }

    private void aside(String file, String detail) {
        strangers.add(new Quarantined("", "", file, Reason.INVALID_ENTRY, detail));
    }

    /** By folder, then name. */
    List<FolderFile> images() {
        return images;
    }

    List<FolderFile> masks() {
        return masks;
    }

    /** What is neither. */
    List<Quarantined> strangers() {
        return strangers;
    }
}
