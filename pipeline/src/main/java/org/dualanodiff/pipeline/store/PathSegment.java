package org.dualanodiff.pipeline.store;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.dualanodiff.pipeline.UserError;

/**
 * Names as path segments, escaped as Hive and Spark escape partition values (Spark's
 * {@code ExternalCatalogUtils.escapePathName}): control characters, DEL and <code>"#%'*&#47;:=?\{[]^</code> become
 * {@code %} and two hexadecimal digits. Beyond that rule, NUL is escaped, and so are the names {@code .} and
 * {@code ..}, which no file system would take as names.
 */
public final class PathSegment {
    private static final String SPECIAL = "\"#%'*/:=?\\{[]^\u007F";

    /** File systems take 255; {@code category=} and {@code .json} need some. */
    private static final int LONGEST = 240;

    private PathSegment() {}

    /** Why nothing can be stored under a name; empty if it can. */
    public static Optional<String> complaint(String name) {
        if (name.isEmpty() || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            return Optional.of("it is empty, or no text that a file can be named with");
        }
        int bytes = escape(name).getBytes(StandardCharsets.UTF_8).length;
        return bytes <= LONGEST
                ? Optional.empty()
                : Optional.of(
                        "it has %d bytes as part of a file's name, more than %d; shorten it".formatted(bytes, LONGEST));
    }

    /**
     * A name as one path segment.
     *
     * @throws UserError if it is empty
     */
    public static String escape(String name) {
        if (name.isEmpty()) {
            throw new UserError(
                    "what is kept in a store needs a name: of a run, a data set or a submission one is empty");
        }
        if (name.equals(".") || name.equals("..")) {
            return name.replace(".", "%2E");
        }
        StringBuilder escaped = new StringBuilder(name.length());
        name.chars().forEach(c -> append(escaped, (char) c));
        return escaped.toString();
    }

    /** The name that {@link #escape} was given; a {@code %} without two hexadecimal digits stands for itself. */
    public static String unescape(String segment) {
        StringBuilder name = new StringBuilder(segment.length());
        int at = 0;
        while (at < segment.length()) {
            int code = escapedCode(segment, at);
            name.append(code < 0 ? segment.charAt(at) : (char) code);
            at += code < 0 ? 1 : 3;
        }
        return name.toString();
    }

    private static void append(StringBuilder escaped, char c) {
        if (c < ' ' || SPECIAL.indexOf(c) >= 0) {
            escaped.append(String.format(Locale.ROOT, "%%%02X", (int) c));
        } else {
            escaped.append(c);
        }
    }

    private static int escapedCode(String segment, int at) {
        if (segment.charAt(at) != '%' || at + 2 >= segment.length()) {
            return -1;
        }
        int high = Character.digit(segment.charAt(at + 1), 16);
        int low = Character.digit(segment.charAt(at + 2), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
}
