package org.dualanodiff.pipeline.procedural;


/** What objects lie on. */
final class Ground {
    private static final double SHADOW_SHIFT = 4;
    private static final double SHADOW_BLUR = 9;

    private Ground() {}

    /** A plain mat with a faint grain. */
    static Painter mat(Rgb color, ValueNoise noise) {
        return (x, y) ->
                color.times(0.92 + 0.1 * noise.fractal(x * 0.05, y * 0.05) + 0.08 * noise.at(x * 0.8 + 200, y * 0.8));
    }

    /** The ground with the object's soft shadow, away from the light at the upper left. */
    static Painter shaded(Painter ground, Shape object, double darkest) {
        return (x, y) -> {
            double depth = object.depth(x - SHADOW_SHIFT, y - SHADOW_SHIFT);
            double shadow = Ramp.smooth((depth + SHADOW_BLUR / 2) / SHADOW_BLUR);
            return ground.at(x, y).times(1 - (1 - darkest) * shadow);
        };
    }
}
