package org.dualanodiff.model.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A file that appears whole or not at all: its data goes to a temporary neighbour that is moved into place. */
public final class WholeFile {

    private WholeFile() {}

    /** What a file is to hold. */
    @FunctionalInterface
    public interface Content {

        /** @param file where to; it is not there yet */
        void writeTo(Path file) throws IOException;
    }

    /**
     * Writes a file, replacing one that is there.
     *
     * @throws IOException if the content or the folder cannot be written
     */
    public static void write(Path path, Content content) throws IOException {
        Path temporary = path.resolveSibling(".%s.%s.tmp".formatted(path.getFileName(), UUID.randomUUID()));
        try {
            content.writeTo(temporary);
            force(temporary);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Without it, a machine that stops could come back with the name in place and none of the data. */
    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
