package org.dualanodiff.pipeline.inspect;

import java.util.Arrays;

/** Five numbers that tell how values are spread. */
public record Quantiles(double min, double lower, double median, double upper, double max) {

    /** With linear interpolation between neighbors; all 0 where there are no values. */
    static Quantiles of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Quantiles(at(sorted, 0), at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75), at(sorted, 1));
    }

    private static double at(double[] sorted, double part) {
        if (sorted.length == 0) {
            return 0;
        }
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
