package org.dualanodiff.pipeline.procedural;

/** Soft steps. */
public final class Ramp {
    private Ramp() {}

    public static double clamp(double value) {
        return Math.min(1, Math.max(0, value));
    }

    /** The cubic {@code 3t^2 - 2t^3} of the clamped value. */
    public static double smooth(double value) {
        double t = clamp(value);
        return t * t * (3 - 2 * t);
    }

    public static double between(double from, double to, double t) {
        return from + (to - from) * t;
    }
}
