package org.dualanodiff.model.training;

import java.util.Arrays;

/** The loss of every step of a training. */
public final class LossCurve {

    private double[] values = new double[64];
    private int size;

    void add(double loss) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = loss;
    }

    void restore(double[] losses) {
        values = losses.length == 0 ? new double[64] : losses.clone();
        size = losses.length;
    }

    /** One number a step, the first step first. */
    public double[] values() {
        return Arrays.copyOf(values, size);
    }

    /** At most {@code points} means over stretches of equal length. */
    public double[] sampled(int points) {
        int count = Math.min(points, size);
        double[] means = new double[count];
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) size * i / count);
            int to = (int) ((long) size * (i + 1) / count);
            means[i] = Arrays.stream(values, from, to).average().orElseThrow();
        }
        return means;
    }
}
