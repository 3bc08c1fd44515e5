package org.dualanodiff.pipeline.store;

import java.util.UUID;
import java.util.regex.Pattern;

/** Names of files still being written: beside their target, hidden from Spark by the leading dot, never reused. */
final class TemporaryName {
    private static final String PREFIX = ".tmp-";

    /** The whole name: a defect may be called {@code .tmp-x}, and its record is a file. */
    private static final Pattern NAME = Pattern.compile("\\.tmp-\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private TemporaryName() {}

    static String next() {
        return PREFIX + UUID.randomUUID();
    }

    static boolean matches(String fileName) {
        return NAME.matcher(fileName).matches();
    }
}
