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
}
