package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;

/** Numbers of a configuration that may be left to the program: {@code auto} there, {@link #AUTO} here. */
final class OrAuto {

    /** In place of a number, all of which are 0 or more. */
    static final int AUTO = -1;

    static final String WORD = "auto";

    private OrAuto() {}

    static int whole(Config block, String key) {
        return block.getString(key).equals(WORD) ? AUTO : block.getInt(key);
    }

    static double number(Config block, String key) {
        return block.getString(key).equals(WORD) ? AUTO : block.getDouble(key);
    }

    /** As it stands in a configuration file. */
    static Object value(Number number) {
        return number.doubleValue() == AUTO ? WORD : number;
    }
}
