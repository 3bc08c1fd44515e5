package org.dualanodiff.pipeline.evaluate;

/**
 * Kernel inception distance (Bińkowski et al. 2018): the unbiased squared maximum mean discrepancy with the kernel
 * {@code (x.y / d + 1)^3}, d features. It may be negative.
 */
public final class KernelDistance {

    private KernelDistance() {}

    /** @throws IllegalArgumentException if either set has fewer than two rows */
    public static double between(float[][] real, float[][] generated) {
        if (real.length < 2 || generated.length < 2) {
            throw new IllegalArgumentException(
                    "the kernel distance needs two images or more in each set, were %d and %d"
                            .formatted(real.length, generated.length));
        }
        return within(real) + within(generated) - 2 * across(real, generated);
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
