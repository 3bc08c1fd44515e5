package org.dualanodiff.pipeline.procedural;

/** A color, each channel nominally in [0, 1]; only the camera clips. */
record Rgb(double red, double green, double blue) {
    static Rgb gray(double value) {
        return new Rgb(value, value, value);
    }

    /** Any hue, two in five of them nearly gray: three cosines, a third of a turn apart, about the brightness. */
    static Rgb random(double brightness, PictureRandom random) {
        double saturation = random.chance(0.4) ? random.uniform(0, 0.05) : random.logUniform(0.08, 0.65);
        double hue = random.angle();
        double third = 2 * StrictMath.PI / 3;
        return new Rgb(
                brightness * (1 + saturation * StrictMath.cos(hue)),
                brightness * (1 + saturation * StrictMath.cos(hue - third)),
                brightness * (1 + saturation * StrictMath.cos(hue + third)));
    }

    Rgb times(double factor) {
        return new Rgb(red * factor, green * factor, blue * factor);
    }

    Rgb times(Rgb filter) {
        return new Rgb(red * filter.red, green * filter.green, blue * filter.blue);
    }

    Rgb plus(double light) {
        return new Rgb(red + light, green + light, blue + light);
    }

    /** This color under {@code alpha} of the other. */
    Rgb mix(Rgb over, double alpha) {
        double kept = 1 - alpha;
        return new Rgb(
                red * kept + over.red * alpha, green * kept + over.green * alpha, blue * kept + over.blue * alpha);
    }

    /** Brightness scaled by up to {@code spread} either way, and each channel by up to a quarter of that. */
    Rgb varied(PictureRandom random, double spread) {
        double brightness = random.uniform(1 - spread, 1 + spread);
        double tint = spread / 4;
        return new Rgb(
                red * brightness * random.uniform(1 - tint, 1 + tint),
                green * brightness * random.uniform(1 - tint, 1 + tint),
                blue * brightness * random.uniform(1 - tint, 1 + tint));
    }
}
