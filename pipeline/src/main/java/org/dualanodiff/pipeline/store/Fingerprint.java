package org.dualanodiff.pipeline.store;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.dualanodiff.model.files.Digest;

/**
 * SHA-256 of a set of named, typed fields: equal exactly when all names, types and values are, in any JVM.
 *
 * <p>Fields are hashed in the order of their names, so the order of adding them does not matter. Each is written as
 * name, type tag and value, with lengths before texts, so that no two different sets share an encoding.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Fingerprint(String hex) implements Serializable {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final int SHORT_DIGITS = 16;

    public Fingerprint {
        if (!SHA256.matcher(hex).matches()) {
            throw new IllegalArgumentException("a fingerprint has 64 lower-case hexadecimal digits, was '" + hex + "'");
        }
    }

    /** Starts a fingerprint; the kind ({@code adapter/1}) keeps those of different things and versions apart. */
    public static Builder of(String kind) {
        return new Builder().text("kind", kind);
    }

    /** SHA-256 of bytes. */
    public static Fingerprint ofBytes(byte[] bytes) {
        return new Fingerprint(Digest.hex(bytes));
    }

    /** The first 16 digits: enough for a path. */
    public String shortHex() {
        return hex.substring(0, SHORT_DIGITS);
    }

    @Override
    public String toString() {
        return hex;
    }

    /** Collects fields; a name can be given once. */
    public static final class Builder {
        private final SortedMap<String, byte[]> fields = new TreeMap<>();

        private Builder() {}

        public Builder text(String name, String value) {
            return add(name, 's', out -> writeText(out, value));
        }

        public Builder integer(String name, long value) {
            return add(name, 'i', out -> out.writeLong(value));
        }

        public Builder flag(String name, boolean value) {
            return add(name, 'b', out -> out.writeBoolean(value));
        }

        /** A whole map as one field, in the order of its keys. */
        public Builder map(String name, Map<String, String> values) {
            return add(name, 'm', out -> {
                out.writeInt(values.size());
                for (Map.Entry<String, String> entry : new TreeMap<>(values).entrySet()) {
                    writeText(out, entry.getKey());
                    writeText(out, entry.getValue());
                }
            });
        }

        public Fingerprint build() {
            return ofBytes(encode(out -> {
                for (Map.Entry<String, byte[]> field : fields.entrySet()) {
                    writeText(out, field.getKey());
                    out.write(field.getValue());
                }
            }));
        }

        private Builder add(String name, char tag, Encoding value) {
            byte[] encoded = encode(out -> {
                out.writeByte(tag);
                value.writeTo(out);
            });
            if (fields.putIfAbsent(name, encoded) != null) {
                throw new IllegalArgumentException("fingerprint field '" + name + "' was given twice");
            }
            return this;
        }

        private static void writeText(DataOutputStream out, String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
        }

        private static byte[] encode(Encoding encoding) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                encoding.writeTo(new DataOutputStream(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        }
    }

    @FunctionalInterface
    private interface Encoding {
        void writeTo(DataOutputStream out) throws IOException;
    }
}
