package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;

/**
 * Kernel inception distance (Bińkowski et al. 2018): the unbiased squared maximum mean discrepancy with the kernel
 * {@code (x.y / d + 1)^3}, d features. It may be negative.
 */
public final class KernelDistance {

    private KernelDistance() {}

    /** Mean and population standard deviation over subsets. */
    public record OverSubsets(double mean, double deviation) {}

    /**
     * Over the full sets.
     *
     * @throws IllegalArgumentException if either set has fewer than two rows
     */
    public static double between(float[][] real, float[][] generated) {
        if (real.length < 2 || generated.length < 2) {
            throw new IllegalArgumentException(
                    "the kernel distance needs two images or more in each set, were %d and %d"
                            .formatted(real.length, generated.length));
        }
        return within(real) + within(generated) - 2 * across(real, generated);
    }

    /**
     * Over pairs of subsets of equal number.
     *
     * @param realRows indices of each subset of {@code real}
     * @param generatedRows indices of each subset of {@code generated}
     */
    public static OverSubsets overSubsets(
            float[][] real, float[][] generated, int[][] realRows, int[][] generatedRows) {
        double[] values = new double[realRows.length];
        for (int s = 0; s < values.length; s++) {
            values[s] = between(rows(real, realRows[s]), rows(generated, generatedRows[s]));
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
        return new OverSubsets(mean, Math.sqrt(variance));
    }

    private static float[][] rows(float[][] all, int[] indices) {
        return Arrays.stream(indices).mapToObj(i -> all[i]).toArray(float[][]::new);
    }

    /** Mean over ordered pairs of two different rows. */
    private static double within(float[][] rows) {
        double sum = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < i; j++) {
                sum += kernel(rows[i], rows[j]);
            }
        }
        return 2 * sum / ((double) rows.length * (rows.length - 1));
    }

    private static double across(float[][] real, float[][] generated) {
        double sum = 0;
        for (float[] x : real) {
            for (float[] y : generated) {
                sum += kernel(x, y);
            }
        }
        return sum / ((double) real.length * generated.length);
    }

    private static double kernel(float[] x, float[] y) {
        double dot = 0;
        for (int i = 0; i < x.length; i++) {
            dot += (double) x[i] * y[i];
        }
        double base = dot / x.length + 1;
        return base * base * base;
    }
}
