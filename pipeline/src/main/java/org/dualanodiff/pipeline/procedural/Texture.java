package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Field.Interpolation.smoothstep;

/** A color for every point of the picture plane. */
@FunctionalInterface
interface Texture {
    Rgb at(double x, double y);

    static Texture plain(Rgb color) {
        return (x, y) -> color;
    }

    /** A plain mat with a faint grain. */
    static Texture mat(Rgb color, Noise noise) {
        return (x, y) ->
                color.times(0.92 + 0.1 * noise.fractal(x * 0.05, y * 0.05) + 0.08 * noise.at(x * 0.8 + 200, y * 0.8));
    }

    /** A color with a grain of random size and strength. */
    static Texture grainy(Rgb color, PictureRandom random) {
        Noise noise = random.noise();
        double grain = random.uniform(0, 0.15);
        double size = random.logUniform(0.2, 0.9);
        return (x, y) -> color.times(1 - grain + 2 * grain * noise.at(size * x, size * y));
    }

    /**
     * This ground with an object's soft shadow.
     *
     * @param shift   of the shadow against the object, away from the light
     * @param darkest what is left of the light within it, 0..1
     */
    default Texture shadowed(Field object, Point shift, double blur, double darkest) {
        return (x, y) -> {
            double depth = object.at(x - shift.x(), y - shift.y());
            double shadow = smoothstep((depth + blur / 2) / blur);
            return at(x, y).times(1 - (1 - darkest) * shadow);
        };
    }
}
