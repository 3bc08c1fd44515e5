package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * What light and sensor do to a picture; more varied than the sample products' camera, and with the same noise for
 * every picture taken.
 *
 * @param light of each pixel: brightness, its slope over the picture, and the darker corners
 * @param tint  gain of each channel
 * @param noise the sensor's deviation, in levels
 * @param start of the noise of this exposure in the table
 * @param gray  whether the sensor sees no color
 */
record Exposure(Plane light, Rgb tint, double noise, int start, boolean gray) {
    private static final int NOISE_TABLE = 1 << 16;
    private static final float[] NORMAL = normal(0x5EEDF1E1D0FBE115L);

    /** Changes nothing: for what was photographed already. */
    static final Exposure NEUTRAL = new Exposure(Plane.constant(1), Rgb.gray(1), 0, 0, false);

    /** @param grays share of exposures without color, 0..1 */
    static Exposure random(double grays, Dice dice) {
        double brightness = dice.between(0.8, 1.15);
        double slope = dice.between(0, 0.2);
        double vignette = dice.between(0, 0.2);
        Point towards = dice.direction();
        double half = Plane.SIZE / 2.0;
        Plane light = Plane.of((x, y) -> {
            double u = (x - half) / half;
            double v = (y - half) / half;
            return brightness * (1 + slope * (u * towards.x() + v * towards.y()) - vignette * (u * u + v * v) / 2);
        });
        Rgb tint = dice.near(Rgb.gray(1), 0.06);
        return new Exposure(light, tint, dice.between(0.5, 5), dice.whole(0, NOISE_TABLE - 1), dice.chance(grays));
    }

    /** @return {@code (3, SIZE, SIZE)} 8-bit levels */
    byte[] expose(Picture picture) {
        byte[] levels = new byte[3 * Plane.AREA];
        if (gray) {
            return exposedGray(picture, levels);
        }
        expose(picture.red(), tint.red(), 0, levels);
        expose(picture.green(), tint.green(), 1, levels);
        expose(picture.blue(), tint.blue(), 2, levels);
        return levels;
    }

    private byte[] exposedGray(Picture picture, byte[] levels) {
        expose(picture.red().plus(picture.green()).plus(picture.blue()), 1.0 / 3, 0, levels);
        System.arraycopy(levels, 0, levels, Plane.AREA, Plane.AREA);
        System.arraycopy(levels, 0, levels, 2 * Plane.AREA, Plane.AREA);
        return levels;
    }

    private void expose(Plane colors, double gain, int channel, byte[] levels) {
        int first = channel * Plane.AREA;
        for (int i = 0; i < Plane.AREA; i++) {
            double level = 255 * gain * colors.values()[i] * light.values()[i];
            double grain = noise * NORMAL[first + i + start & NOISE_TABLE - 1];
            levels[first + i] = (byte) (int) Math.rint(255 * Ramp.clamp((level + grain) / 255));
        }
    }

    /** About normal with deviation 1: the sum of twelve uniform numbers. */
    private static float[] normal(long seed) {
        UniformRandomProvider random = Seeds.random(seed);
        float[] values = new float[NOISE_TABLE];
        for (int i = 0; i < NOISE_TABLE; i++) {
            double sum = -6;
            for (int k = 0; k < 12; k++) {
                sum += random.nextDouble();
            }
            values[i] = (float) sum;
        }
        return values;
    }
}
