package org.dualanodiff.model.golden;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Tensors;

/** Compares numbers as the parity marks do: the largest absolute difference over the largest absolute value. */
public final class Closeness {

    private Closeness() {}

    public static void assertClose(String what, NDArray actual, GoldenTensors golden, String name, double tolerance) {
        assertThat(Tensors.shape(actual)).as("%s: shape", what).isEqualTo(golden.shape(name));
        assertClose(what, Tensors.floats(actual), golden.floats(name), tolerance);
    }

    public static void assertClose(String what, float[] actual, float[] expected, double tolerance) {
        assertThat(actual).as("%s: number of elements", what).hasSameSizeAs(expected);
        assertThat(relativeError(actual, expected))
                .as("%s: relative error", what)
                .isLessThanOrEqualTo(tolerance);
    }

    public static double relativeError(float[] actual, float[] expected) {
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        return maxDifference(actual, expected) / Math.max(largest, Float.MIN_NORMAL);
    }

    /** Infinite if any number is not one. */
    public static double maxDifference(float[] actual, float[] expected) {
        double difference = 0;
        for (int i = 0; i < actual.length; i++) {
            double d = Math.abs((double) actual[i] - expected[i]);
            difference = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(difference, d);
        }
        return difference;
    }
}
