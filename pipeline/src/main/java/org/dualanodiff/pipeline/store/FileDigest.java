package org.dualanodiff.pipeline.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A file by its content.
 *
 * @param sha256 64 lower-case hexadecimal digits
 */
public record FileDigest(String sha256, long bytes) implements Serializable {
    private static final int BUFFER = 1 << 16;

    /** Reads a local file once. */
    public static FileDigest of(Path file) throws IOException {
        return of(Files.newInputStream(file));
    }

    /** Reads to the end of a stream and closes it. */
    static FileDigest of(InputStream content) throws IOException {
        MessageDigest digest = Fingerprint.sha256();
        try (InputStream in = new DigestInputStream(content, digest)) {
            byte[] buffer = new byte[BUFFER];
            long bytes = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
            }
            return new FileDigest(HexFormat.of().formatHex(digest.digest()), bytes);
        }
    }
}
