package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * What light and sensor do to a picture. Two pictures through the same camera get the same noise, so they differ only
 * where the scene does.
 *
 * @param balance gain of each channel
 * @param slope   change of light across half the picture
 * @param towards where the light comes from
 * @param sensor  noise, a function of pixel and channel
 */
record Camera(Rgb balance, double slope, Point towards, ValueNoise sensor) {
    private static final double NOISE = 0.013;
    private static final double VIGNETTE = 0.1;

    static Camera random(UniformRandomProvider random) {
        return new Camera(
                Rgb.gray(1).varied(random, 0.07),
                random.nextDouble(0.02, 0.1),
                Point.direction(random.nextDouble(2 * StrictMath.PI)),
                new ValueNoise(random.nextLong()));
    }

    /** @return {@code (3, SIZE, SIZE)} 8-bit levels */
    byte[] expose(Canvas canvas) {
        int area = Canvas.SIZE * Canvas.SIZE;
        byte[] levels = new byte[3 * area];
        for (int i = 0; i < area; i++) {
            Rgb light = canvas.at(i).times(balance).times(illumination(i % Canvas.SIZE, i / Canvas.SIZE));
            levels[i] = level(light.red(), i, 0);
            levels[area + i] = level(light.green(), i, 1);
            levels[2 * area + i] = level(light.blue(), i, 2);
        }
        return levels;
    }

    private double illumination(int x, int y) {
        double half = Canvas.SIZE / 2.0;
        Point place = new Point((x - Point.CENTER.x()) / half, (y - Point.CENTER.y()) / half);
        return 1 + slope * place.dot(towards) - VIGNETTE * place.dot(place) / 2;
    }

    private byte level(double light, int pixel, int channel) {
        return (byte) (int) Math.rint(255 * Ramp.clamp(light + NOISE * bell(pixel, channel)));
    }

    /** About normal with deviation 1: the sum of three uniform numbers. */
    private double bell(int pixel, int channel) {
        int row = 3 * channel;
        return 2 * (sensor.unit(pixel, row) + sensor.unit(pixel, row + 1) + sensor.unit(pixel, row + 2) - 1.5);
    }
}
