package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Which files a data set may name: those below its root once links are resolved, on the root's own file system. What a
 * table or a link leads to elsewhere would be read with the rights of whoever runs this, and could end in an export.
 */
final class DatasetBoundary {
    /** Where systems keep what looks like files and is none. */
    private static final List<java.nio.file.Path> NO_FILES =
            List.of(java.nio.file.Path.of("/proc"), java.nio.file.Path.of("/sys"), java.nio.file.Path.of("/dev"));

    private static final Set<String> TABLES = Set.of("csv", "json", "jsonl", "ndjson");

    /** Folders that VisA and COCO keep their tables in, beside those of the images. */
    private static final Set<String> TABLE_FOLDERS = Set.of("split_csv", "annotations");

    private static final String ADVICE = "; dataset.allow-outside = true reads it all the same";

    private final Path root;

    private DatasetBoundary(Path root) {
        this.root = root;
    }

    /** Any place; only what is no file is refused. */
    static DatasetBoundary none() {
        return new DatasetBoundary(null);
    }

    /** @param root the data set's folder, or its table, whose folder counts then */
    static DatasetBoundary of(Path root) {
        boolean table = isLocal(root)
                ? Files.isRegularFile(local(root))
                : TABLES.contains(FileEntry.unlisted(root).extension());
        Path folder = table ? root.getParent() : root;
        return new DatasetBoundary(
                table && TABLE_FOLDERS.contains(folder.getName()) && folder.getParent() != null
                        ? folder.getParent()
                        : folder);
    }

    boolean isNone() {
        return root == null;
    }

    /** Why nothing at this place may be looked at; empty where it may. A place that does not exist is refused by its name. */
    Optional<String> refusal(Path path) {
        if (isLocal(path)) {
            return localRefusal(path);
        }
        Optional<String> unsupported = ObjectStore.refusal(path.toUri().getScheme());
        if (unsupported.isPresent()) {
            return unsupported;
        }
        boolean inside = root == null || isSamePlace(path) && isBelow(path);
        return inside ? Optional.empty() : Optional.of(outside(path.toString()));
    }

    private Optional<String> localRefusal(Path path) {
        java.nio.file.Path real;
        try {
            real = real(local(path));
        } catch (InvalidPathException e) {
            return Optional.empty(); // opening it says what is wrong with the name
        }
        if (NO_FILES.stream().anyMatch(real::startsWith)) {
            return Optional.of("it leads to %s, which is no file".formatted(real));
        }
        boolean inside = root == null || isLocal(root) && real.startsWith(real(local(root)));
        return inside ? Optional.empty() : Optional.of(outside(real.toString()));
    }

    private String outside(String place) {
        return "it leads to %s, outside of the data set's root %s%s".formatted(place, root, ADVICE);
    }

    private boolean isSamePlace(Path path) {
        return Objects.equals(path.toUri().getScheme(), root.toUri().getScheme())
                && Objects.equals(path.toUri().getAuthority(), root.toUri().getAuthority());
    }

    private boolean isBelow(Path path) {
        // Hadoop's paths have no "..": it is resolved when they are made.
        String above = root.toUri().getPath();
        String whole = path.toUri().getPath();
        return whole.equals(above) || whole.startsWith(above.endsWith("/") ? above : above + "/");
    }

    /** Without links; of what does not exist, as far as it does. */
    private static java.nio.file.Path real(java.nio.file.Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            java.nio.file.Path above = path.getParent();
            return above == null ? path : real(above).resolve(path.getFileName());
        }
    }

    static boolean isLocal(Path path) {
        String scheme = path.toUri().getScheme();
        return scheme == null || scheme.equals("file");
    }

    static java.nio.file.Path local(Path path) {
        return java.nio.file.Path.of(path.toUri().getPath());
    }
}
