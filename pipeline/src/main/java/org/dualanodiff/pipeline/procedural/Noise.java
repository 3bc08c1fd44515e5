package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Field.Interpolation.lerp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.smoothstep;

/** Smooth noise in [0, 1] over the plane, hashed from integer lattice points; a pure function of seed and place. */
final class Noise {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long start;

    Noise(long seed) {
        this.start = hash(seed);
    }

    /** One octave of value noise: features about one unit wide. */
    double at(double x, double y) {
        long column = (long) Math.floor(x);
        long row = (long) Math.floor(y);
        double u = smoothstep(x - column);
        long left = next(start, column);
        long right = next(start, column + 1);
        double upper = lerp(unit(next(left, row)), unit(next(right, row)), u);
        double lower = lerp(unit(next(left, row + 1)), unit(next(right, row + 1)), u);
        return lerp(upper, lower, smoothstep(y - row));
    }

    /** Four octaves, each twice as fine and half as strong. */
    double fractal(double x, double y) {
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
    double unit(long column, long row) {
        return unit(next(next(start, column), row));
    }

    /**
     * Cellular noise (Worley): each unit square holds one seed point, and a place belongs to the nearest.
     *
     * @return how far inside its cell a place lies: 0 on the border between two cells, about 1 at a seed point
     */
    double cells(double x, double y) {
        long column = (long) Math.floor(x);
        long row = (long) Math.floor(y);
        double nearest = 9;
        double second = 9;
        for (long i = column - 1; i <= column + 1; i++) {
            for (long j = row - 1; j <= row + 1; j++) {
                double dx = i + unit(i, j) - x;
                double dy = j + unit(i + 101, j + 57) - y;
                double distance = dx * dx + dy * dy;
                second = Math.min(second, Math.max(distance, nearest));
                nearest = Math.min(nearest, distance);
            }
        }
        return Math.sqrt(second) - Math.sqrt(nearest);
    }

    /** One seed out of many keys, so that every picture has a stream of its own, whatever was drawn before it. */
    static long hash(long seed, long... keys) {
        long hash = finalized(seed);
        for (long key : keys) {
            hash = next(hash, key);
        }
        return hash;
    }

    private static long next(long hash, long key) {
        return finalized(hash * GOLDEN + key);
    }

    private static double unit(long hash) {
        return (hash >>> 11) * 0x1.0p-53;
    }

    /** The 64-bit finalizer of MurmurHash3. */
    private static long finalized(long value) {
        long hash = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
