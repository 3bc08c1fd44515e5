package org.dualanodiff.pipeline.evaluate;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One figure over the seeds of an arm.
 *
 * @param range highest minus lowest
 */
public record Spread(double mean, double range, int seeds) {

    /** Empty if the figure is undefined for every seed. */
    static Optional<Spread> of(List<Double> values) {
        double[] defined = values.stream()
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .toArray();
        if (defined.length == 0) {
            return Optional.empty();
        }
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (double value : defined) {
            low = Math.min(low, value);
            high = Math.max(high, value);
            sum += value;
        }
        return Optional.of(new Spread(sum / defined.length, high - low, defined.length));
    }
}
