package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How well scores tell positives from negatives. Exact over all distinct scores; equal scores enter together.
 *
 * @param auroc chance that a positive outranks a negative, ties count one half; empty without both classes
 * @param averagePrecision sum over thresholds of the gain in recall times the precision; empty without positives
 * @param f1Max empty without positives
 */
public record Ranking(Optional<Double> auroc, Optional<Double> averagePrecision, Optional<F1Max> f1Max) {

    /** Ranks a few scores, such as one an image. */
    public static Ranking of(double[] scores, boolean[] positive) {
        if (scores.length != positive.length) {
            throw new IllegalArgumentException(
                    "%d scores need as many labels, found %d".formatted(scores.length, positive.length));
        }
        long positives =
                IntStream.range(0, positive.length).filter(i -> positive[i]).count();
        Sweep sweep = new Sweep(positives, scores.length - positives);
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int start = 0; start < order.length; ) {
            double threshold = scores[order[start]];
            int end = start;
            while (end < order.length && scores[order[end]] == threshold) {
                end++;
            }
            long hits =
                    Arrays.stream(order, start, end).filter(i -> positive[i]).count();
            sweep.accept(threshold, hits, end - start - hits);
            start = end;
        }
        return sweep.ranking();
    }

    /**
     * The best F1 over all thresholds, predicted positive when score >= threshold.
     *
     * @param threshold the lowest that reaches the value, within 1e-12
     * @param highestThreshold the highest that does
     * @param thresholds how many distinct scores do
     */
    public record F1Max(double value, double threshold, double highestThreshold, long thresholds) {}

    /**
     * Walks distinct scores from high to low and gathers the metrics of their ranking. Where a threshold stands for a bin of
     * scores whose order is not known, it also gathers how far each metric may be off.
     */
    static final class Sweep {

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

        Sweep(long positives, long negatives) {
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
                    positives == 0 || negatives == 0
                            ? Optional.empty()
                            : Optional.of(outranked / positives / negatives),
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
}
