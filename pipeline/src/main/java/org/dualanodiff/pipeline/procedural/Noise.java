package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * Smooth noise in [0, 1] like {@link org.dualanodiff.pipeline.procedural.ValueNoise}, many times faster: its lattice is a
 * window into one table of random numbers, which repeats every 256 units.
 *
 * @param column the window's corner
 * @param row    the window's corner
 */
record Noise(int column, int row) {
    private static final int PERIOD = 256;
    private static final float[] LATTICE = lattice(0x0DDB1A5E5BAD5EEDL);

    static Noise random(Dice dice) {
        return new Noise(dice.whole(0, PERIOD - 1), dice.whole(0, PERIOD - 1));
    }

    /** One octave: features about one unit wide. */
    double at(double x, double y) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        double u = eased(x - left);
        double v = eased(y - top);
        double upper = Ramp.between(unit(left, top), unit(left + 1, top), u);
        double lower = Ramp.between(unit(left, top + 1), unit(left + 1, top + 1), u);
        return Ramp.between(upper, lower, v);
    }

    /** Three octaves, each about twice as fine and half as strong. */
    double fractal(double x, double y) {
        return (4 * at(x, y) + 2 * at(2.03 * x + 17.3, 2.03 * y) + at(4.1 * x, 4.1 * y + 9.7)) / 7;
    }

    /** White noise of a lattice point, uniform in [0, 1). */
    double unit(int x, int y) {
        return LATTICE[(y + row & PERIOD - 1) * PERIOD + (x + column & PERIOD - 1)];
    }

    private static double eased(double t) {
        return t * t * (3 - 2 * t);
    }

    private static float[] lattice(long seed) {
        UniformRandomProvider random = Seeds.random(seed);
        float[] values = new float[PERIOD * PERIOD];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }
}
