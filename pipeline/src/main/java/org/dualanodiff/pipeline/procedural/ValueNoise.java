package org.dualanodiff.pipeline.procedural;

/** Smooth noise in [0, 1] over the plane, hashed from integer lattice points; a pure function of seed and place. */
public record ValueNoise(long seed) {
    /** One octave: features about one unit wide. */
    public double at(double x, double y) {
        long column = (long) Math.floor(x);
        long row = (long) Math.floor(y);
        double u = Ramp.smooth(x - column);
        double v = Ramp.smooth(y - row);
        double upper = Ramp.between(unit(column, row), unit(column + 1, row), u);
        double lower = Ramp.between(unit(column, row + 1), unit(column + 1, row + 1), u);
        return Ramp.between(upper, lower, v);
    }

    /** Four octaves, each twice as fine and half as strong. */
    public double fractal(double x, double y) {
        double sum = 0;
        double weight = 0.5;
        double scale = 1;
        for (int octave = 0; octave < 4; octave++) {
            sum += weight * at(x * scale + 17.3 * octave, y * scale - 9.1 * octave);
            weight /= 2;
            scale *= 2;
        }
        return sum / 0.9375;
    }

    /** White noise of a lattice point, uniform in [0, 1). */
    public double unit(long column, long row) {
        return (Seeds.mixed(seed, column, row) >>> 11) * 0x1.0p-53;
    }
}
