package org.dualanodiff.pipeline.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;

/**
 * The few operations in which file systems differ. Keys are relative and already checked by {@link ObjectStore}.
 * No reader ever sees part of a file that {@link #replace} or {@link #create} is writing.
 */
sealed interface Backend extends AutoCloseable permits LocalBackend, HadoopBackend {
    boolean exists(String key) throws IOException;

    /** Throws {@link java.io.FileNotFoundException} or {@link java.nio.file.NoSuchFileException} if there is none, here or at
     * the first byte. */
    InputStream read(String key) throws IOException;

    /** Writes the whole file or nothing, over whatever was there. */
    void replace(String key, Content content) throws IOException;

    /** Writes the whole file unless the key is taken; of any number of racing writers one gets {@code true}. */
    boolean create(String key, Content content) throws IOException;

    /** All files at or under the prefix, in no particular order, unfinished writes included. */
    List<AgedFile> list(String prefix) throws IOException;

    /** Removes a file or a whole folder; {@code false} if there was none. */
    boolean delete(String key) throws IOException;

    /** Removes files, those of them that are there, with as few requests as can be. */
    void deleteFiles(Collection<String> keys) throws IOException;

    @Override
    void close() throws IOException;

    /** Bytes to be written; opened once an attempt, so that a write can be tried again. */
    @FunctionalInterface
    interface Content {
        InputStream open() throws IOException;

        static Content of(byte[] bytes) {
            return () -> new ByteArrayInputStream(bytes);
        }

        static Content of(Path file) {
            return () -> Files.newInputStream(file);
        }
    }

    /** Names of files still being written: beside their target, hidden from Spark by the leading dot, never reused. */
    static final class TemporaryName {
        private static final String PREFIX = ".tmp-";

        /** The whole name: a defect may be called {@code .tmp-x}, and its record is a file. */
        private static final Pattern NAME =
                Pattern.compile("\\.tmp-\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

        private TemporaryName() {}

        static String next() {
            return PREFIX + UUID.randomUUID();
        }

        static boolean matches(String fileName) {
            return NAME.matcher(fileName).matches();
        }
    }
}
