package org.dualanodiff.pipeline.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Folders on this machine that are made once and then shared by every process: in {@code
 * $DUALANODIFF_CACHE}, else in {@code ~/.cache/dualanodiff}.
 */
public final class LocalCache {

    /** Environment variable that names the cache's folder. */
    public static final String VARIABLE = "DUALANODIFF_CACHE";

    private final Path root;

    public LocalCache(Path root) {
        this.root = root;
    }

    /** The cache of this machine and user. */
    public static LocalCache ofUser() {
        String given = System.getenv(VARIABLE);
        return new LocalCache(
                given != null ? Path.of(given) : Path.of(System.getProperty("user.home"), ".cache", "dualanodiff"));
    }

    /**
     * The folder {@code name}, made by {@code maker} if it is not there yet. It appears whole or not at all: of several
     * processes that make it at once, one wins and the others use its folder.
     */
    public Path folder(String name, Consumer<Path> maker) {
        Path folder = root.resolve(name);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        try {
            Files.createDirectories(root);
            Path making = Files.createTempDirectory(root, name + "-");
            maker.accept(making);
            moveUnlessThere(making, folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write to the cache %s; set %s to a folder with room".formatted(root, VARIABLE), e);
        }
    }

    private static void moveUnlessThere(Path making, Path folder) throws IOException {
        try {
            Files.move(making, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            delete(making);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
