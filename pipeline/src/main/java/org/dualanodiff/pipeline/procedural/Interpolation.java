package org.dualanodiff.pipeline.procedural;

/** Ways from one value to another. */
final class Interpolation {
    private Interpolation() {}

    static double clamp(double value) {
        return Math.min(1, Math.max(0, value));
    }

    /** The cubic {@code 3t^2 - 2t^3} of the clamped value. */
    static double smoothstep(double value) {
        double t = clamp(value);
        return t * t * (3 - 2 * t);
    }

    static double lerp(double from, double to, double t) {
        return from + (to - from) * t;
    }
}
