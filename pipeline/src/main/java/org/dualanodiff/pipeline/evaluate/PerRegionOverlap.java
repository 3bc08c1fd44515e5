package org.dualanodiff.pipeline.evaluate;

import java.util.Optional;

/**
 * The area under the per-region-overlap curve (Bergmann et al. 2021): mean share of each region found against the share of
 * normal pixels that raise an alarm, cut at a limit and divided by it. Points come from high thresholds to low, are joined
 * by straight lines, and begin at (0, 0).
 */
final class PerRegionOverlap {

    private final double limit;
    private final double regions;
    private final double normalPixels;
    private double alarms;
    private double overlap;
    private double area;
    private double bound;

    /** @param limit false-positive rate at which the curve is cut */
    PerRegionOverlap(double limit, long regions, long normalPixels) {
        this.limit = limit;
        this.regions = regions;
        this.normalPixels = normalPixels;
    }

    /**
     * The next lower threshold.
     *
     * @param newAlarms normal pixels of this score
     * @param newOverlap sum over pixels of regions with this score of 1 / (the region's area)
     */
    void accept(long newAlarms, double newOverlap) {
        double from = alarms / normalPixels;
        double before = overlap / regions;
        alarms += newAlarms;
        overlap += newOverlap;
        double to = alarms / normalPixels;
        double after = overlap / regions;
        if (from < limit && to > from) {
            double end = Math.min(to, limit);
            double atEnd = before + (after - before) * (end - from) / (to - from);
            area += (end - from) * (before + atEnd) / 2;
            // Within a bin any rising curve from corner to corner is possible.
            bound += (end - from) * (after - before) / (to <= limit ? 2 : 1);
        }
    }

    /** Empty without a region or without a normal pixel. */
    Optional<Double> value() {
        return regions == 0 || normalPixels == 0 ? Optional.empty() : Optional.of(area / limit);
    }

    /** How far the value may be off if each threshold stood for a bin. */
    double bound() {
        return regions == 0 || normalPixels == 0 ? 0 : bound / limit;
    }
}
