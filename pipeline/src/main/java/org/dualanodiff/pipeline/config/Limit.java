package org.dualanodiff.pipeline.config;

import java.io.Serializable;

/**
 * A number, or who decides it: {@code auto} for what the real images say, {@code off} for none.
 *
 * @param setting as in a configuration file
 */
public record Limit(String setting) implements Serializable {
    public static final Limit AUTO = new Limit("auto");
    public static final Limit OFF = new Limit("off");

    public static Limit of(double number) {
        return new Limit(Double.toString(number));
    }

    /** The same text for the same number, so that {@code 3} and {@code 3.0} are one limit. */
    static Limit parse(String text) {
        return text.equals("auto") || text.equals("off") ? new Limit(text) : of(Double.parseDouble(text));
    }

    public boolean isAuto() {
        return equals(AUTO);
    }

    /** The number given, {@code learned} for auto, NaN for off. */
    public double orElse(double learned) {
        if (isAuto()) {
            return learned;
        }
        return equals(OFF) ? Double.NaN : Double.parseDouble(setting);
    }
}
