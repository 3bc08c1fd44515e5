package org.dualanodiff.pipeline.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dualanodiff.model.files.Digest;

/**
 * A file by its content.
 *
 * @param sha256 64 lower-case hexadecimal digits
 */
public record FileDigest(String sha256, long bytes) implements Serializable {
    /** Reads a local file once. */
    public static FileDigest of(Path file) throws IOException {
        return of(Files.newInputStream(file));
    }

    /** For people. */
    public String inWords() {
        return "%d bytes with SHA-256 %s".formatted(bytes, sha256);
    }

    /** Reads to the end of a stream and closes it. */
    static FileDigest of(InputStream content) throws IOException {
        try (content) {
            Digest digest = new Digest();
            long bytes = digest.add(content);
            return new FileDigest(digest.hex(), bytes);
        }
    }
}
