package org.dualanodiff.pipeline.procedural;

/**
 * A family of textures: tones between two random colors, lit as a relief.
 *
 * @param name     a word
 * @param typical  its usual color; others occur
 * @param contrast usual difference of its darkest and lightest tone, as a share of the color
 * @param relief   how much its tones act as heights
 * @param upright  whether it lies along the picture's borders
 * @param pattern  its tones
 */
record Surface(String name, Rgb typical, double contrast, double relief, boolean upright, Pattern pattern) {
    @FunctionalInterface
    interface Pattern {
        /**
         * @param a of the specimen, 0..1, as {@code b} is
         * @return a tone, about 0..1
         */
        double tone(double x, double y, Noise noise, double a, double b);
    }

    /** One that fills the picture, over something of one color. */
    Scene draw(PictureRandom random) {
        Texture below = Texture.plain(Rgb.random(random.chance(0.7) ? 0.1 : 0.85, random));
        return new Scene(Canvas.painted(texture(random, 1)), Field.EVERYWHERE, below);
    }

    /** Any of the surfaces. */
    static Texture any(PictureRandom random, double strength) {
        return random.pick(SurfacePatterns.ALL).texture(random, strength);
    }

    /** @param strength of contrast and relief, 1 for the surface's own */
    private Texture texture(PictureRandom random, double strength) {
        Field tone = tone(random);
        Rgb color = random.chance(0.6) ? typical.varied(random, 0.25) : Rgb.random(random.uniform(0.2, 0.75), random);
        double spread = strength * contrast * random.uniform(0.6, 1.3) / 2;
        Rgb dark = color.times(1 - spread);
        Rgb light = color.times(1 + spread).varied(random, 0.12);
        double height = strength * relief * random.uniform(0.5, 1.3) / 2;
        Point towards = random.direction();
        return (x, y) -> dark.mix(light, tone.at(x, y)).times(1 + height * tone.slope(x, y, towards));
    }

    private Field tone(PictureRandom random) {
        Noise noise = random.noise();
        double a = random.uniform(0, 1);
        double b = random.uniform(0, 1);
        Field tone = (x, y) -> pattern.tone(x, y, noise, a, b);
        Point place = new Point(random.uniform(-500, 500), random.uniform(-500, 500));
        Field posed = upright
                ? tone.placed(Point.ORIGIN, Point.direction(random.uniform(-0.03, 0.03)), 1)
                : tone.placed(place, random.direction(), random.logUniform(0.6, 1.7));
        return posed.sampled();
    }
}
