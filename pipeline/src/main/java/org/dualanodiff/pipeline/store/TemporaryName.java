package org.dualanodiff.pipeline.store;

import java.util.UUID;

/** Names of files still being written: beside their target, hidden from Spark by the leading dot, never reused. */
final class TemporaryName {
    private static final String PREFIX = ".tmp-";

    private TemporaryName() {}

    static String next() {
        return PREFIX + UUID.randomUUID();
    }

    static boolean matches(String fileName) {
        return fileName.startsWith(PREFIX);
    }
}
