package org.dualanodiff.model.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 sum under way. */
public final class Digest {

    private static final int BUFFER = 1 << 16;
    private final MessageDigest sum;

    public Digest() {
        try {
            sum = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The sum of some bytes, as 64 lower-case hexadecimal digits. */
    public static String hex(byte[] bytes) {
        return new Digest().add(ByteBuffer.wrap(bytes)).hex();
    }

    /** Adds a text behind its length, so that ("ab", "c") and ("a", "bc") give different sums. */
    public Digest add(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return add(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip())
                .add(ByteBuffer.wrap(bytes));
    }

    /** Adds what is left in the buffer. */
    public Digest add(ByteBuffer bytes) {
        sum.update(bytes);
        return this;
    }

    /**
     * Adds all that comes out of a stream, which stays open.
     *
     * @return how many bytes came
     */
    public long add(InputStream content) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long bytes = 0;
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            sum.update(buffer, 0, read);
            bytes += read;
        }
        return bytes;
    }

    /** The sum's 32 bytes; a new one begins. */
    public byte[] bytes() {
        return sum.digest();
    }

    /** The sum as 64 lower-case hexadecimal digits; a new one begins. */
    public String hex() {
        return HexFormat.of().formatHex(sum.digest());
    }
}
