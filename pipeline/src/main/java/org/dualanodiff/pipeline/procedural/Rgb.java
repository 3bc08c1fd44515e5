package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/** A color, each channel nominally in [0, 1]; only the camera clips. */
public record Rgb(double red, double green, double blue) {
    public static Rgb gray(double value) {
        return new Rgb(value, value, value);
    }

    public Rgb times(double factor) {
        return new Rgb(red * factor, green * factor, blue * factor);
    }

    public Rgb times(Rgb filter) {
        return new Rgb(red * filter.red, green * filter.green, blue * filter.blue);
    }

    public Rgb plus(double light) {
        return new Rgb(red + light, green + light, blue + light);
    }

    /** This color under {@code alpha} of the other. */
    public Rgb mix(Rgb over, double alpha) {
        double kept = 1 - alpha;
        return new Rgb(
                red * kept + over.red * alpha, green * kept + over.green * alpha, blue * kept + over.blue * alpha);
    }

    /** Brightness scaled by up to {@code spread} either way, and each channel by up to a quarter of that. */
    public Rgb varied(UniformRandomProvider random, double spread) {
        double brightness = random.nextDouble(1 - spread, 1 + spread);
        double tint = spread / 4;
        return new Rgb(
                red * brightness * random.nextDouble(1 - tint, 1 + tint),
                green * brightness * random.nextDouble(1 - tint, 1 + tint),
                blue * brightness * random.nextDouble(1 - tint, 1 + tint));
    }
}
