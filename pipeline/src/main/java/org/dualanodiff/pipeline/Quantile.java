package org.dualanodiff.pipeline;

import java.util.stream.DoubleStream;

/** Quantiles of few numbers, between two of them by linear interpolation as in numpy. */
public final class Quantile {

    private Quantile() {}

    /**
     * @param share 0 for the least, 1 for the largest
     * @return NaN if there is no number that is not NaN
     */
    public static double of(DoubleStream numbers, double share) {
        double[] sorted =
                numbers.filter(number -> !Double.isNaN(number)).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
