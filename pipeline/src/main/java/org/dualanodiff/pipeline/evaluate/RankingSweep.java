package org.dualanodiff.pipeline.evaluate;

import java.util.Optional;

/**
 * Walks distinct scores from high to low and gathers the measures of their ranking. Where a threshold stands for a bin of
 * scores whose order is not known, it also gathers how far each measure may be off.
 */
final class RankingSweep {

    /** F1 values this close count as tied. */
    private static final double TIE = 1e-12;

    private final double positives;
    private final double negatives;
    private double truePositives;
    private double falsePositives;
    private double outranked;
    private double precisionSum;
    private double f1 = -1;
    private double lowestThreshold;
    private double highestThreshold;
    private long tiedThresholds;
    private double rankingUnknown;
    private double precisionAbove;
    private double precisionBelow;
    private double f1Above;

    RankingSweep(long positives, long negatives) {
        this.positives = positives;
        this.negatives = negatives;
    }

    /** The next lower threshold: how many positives and negatives have this score. */
    void accept(double threshold, long hits, long alarms) {
        double before = truePositives;
        boundBin(hits, alarms);
        outranked += alarms * (before + hits / 2.0);
        truePositives += hits;
        falsePositives += alarms;
        precisionSum += hits == 0 ? 0 : hits * truePositives / (truePositives + falsePositives);
        acceptF1(threshold, 2 * truePositives / (positives + truePositives + falsePositives));
    }

    private void acceptF1(double threshold, double value) {
        if (value < f1 - TIE) {
            return;
        }
        if (value > f1 + TIE) {
            tiedThresholds = 0;
            highestThreshold = threshold;
        }
        f1 = Math.max(f1, value);
        lowestThreshold = threshold;
        tiedThresholds++;
    }

    /** Within a bin the best order has its positives first, the worst its negatives. */
    private void boundBin(long hits, long alarms) {
        if (hits == 0) {
            return;
        }
        double all = truePositives + hits;
        double precision = all / (all + falsePositives + alarms);
        double first = (truePositives + 1) / (truePositives + 1 + falsePositives + alarms);
        rankingUnknown += hits * (alarms / 2.0);
        precisionAbove += hits * (all / (all + falsePositives) - precision);
        precisionBelow += hits * (precision - first);
        f1Above = Math.max(f1Above, 2 * all / (positives + all + falsePositives));
    }

    Ranking ranking() {
        return new Ranking(
                positives == 0 || negatives == 0 ? Optional.empty() : Optional.of(outranked / positives / negatives),
                positives == 0 ? Optional.empty() : Optional.of(precisionSum / positives),
                positives == 0
                        ? Optional.empty()
                        : Optional.of(new F1Max(f1, lowestThreshold, highestThreshold, tiedThresholds)));
    }

    /** How far AUROC may be off if each threshold stood for a bin. */
    double aurocBound() {
        return rankingUnknown == 0 ? 0 : rankingUnknown / positives / negatives;
    }

    double averagePrecisionBound() {
        return positives == 0 ? 0 : Math.max(precisionAbove, precisionBelow) / positives;
    }

    double f1Bound() {
        return Math.max(0, f1Above - Math.max(f1, 0));
    }
}
