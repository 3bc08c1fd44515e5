package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Field.Interpolation.clamp;

/**
 * What light and sensor do to a picture. Two pictures through the same camera get the same noise, so they differ only
 * where the scene does.
 *
 * @param balance  gain of each channel
 * @param slope    change of light across half the picture
 * @param towards  where the light comes from
 * @param vignette how much darker the corners are
 * @param noise    the sensor's deviation, as a share of white
 * @param sensor   its noise, a function of pixel and channel
 * @param color    whether the sensor sees any
 */
record Camera(Rgb balance, double slope, Point towards, double vignette, double noise, Noise sensor, boolean color) {
    /** Changes nothing: for what was photographed already. */
    static final Camera NEUTRAL = new Camera(Rgb.gray(1), 0, Point.ORIGIN, 0, 0, new Noise(0), true);

    /** One that the sample products are photographed by. */
    static Camera ofSamples(PictureRandom random) {
        return new Camera(
                Rgb.gray(1).varied(random, 0.07),
                random.uniform(0.02, 0.1),
                random.direction(),
                0.1,
                0.013,
                random.noise(),
                true);
    }

    /**
     * Any camera under any light.
     *
     * @param grays share of cameras that see no color, as many over production lines, 0..1
     */
    static Camera random(double grays, PictureRandom random) {
        return new Camera(
                Rgb.gray(random.uniform(0.8, 1.15)).varied(random, 0.08),
                random.uniform(0, 0.2),
                random.direction(),
                random.uniform(0, 0.2),
                random.uniform(0.002, 0.02),
                random.noise(),
                !random.chance(grays));
    }

    /** @return {@code (3, SIZE, SIZE)} 8-bit levels */
    byte[] expose(Canvas canvas) {
        int area = Canvas.AREA;
        byte[] levels = new byte[3 * area];
        for (int i = 0; i < area; i++) {
            Rgb seen = color ? canvas.at(i) : gray(canvas.at(i));
            Rgb light = seen.times(balance).times(illumination(i % Canvas.SIZE, i / Canvas.SIZE));
            levels[i] = level(light.red(), i, 0);
            levels[area + i] = color ? level(light.green(), i, 1) : levels[i];
            levels[2 * area + i] = color ? level(light.blue(), i, 2) : levels[i];
        }
        return levels;
    }

    private static Rgb gray(Rgb color) {
        return Rgb.gray((color.red() + color.green() + color.blue()) / 3);
    }

    private double illumination(int x, int y) {
        double half = Canvas.SIZE / 2.0;
        Point place = new Point((x - Point.CENTER.x()) / half, (y - Point.CENTER.y()) / half);
        return 1 + slope * place.dot(towards) - vignette * place.dot(place) / 2;
    }

    private byte level(double light, int pixel, int channel) {
        return (byte) (int) Math.rint(255 * clamp(light + noise * bell(pixel, channel)));
    }

    /** About normal with deviation 1: the sum of three uniform numbers. */
    private double bell(int pixel, int channel) {
        int row = 3 * channel;
        return 2 * (sensor.unit(pixel, row) + sensor.unit(pixel, row + 1) + sensor.unit(pixel, row + 2) - 1.5);
    }
}
