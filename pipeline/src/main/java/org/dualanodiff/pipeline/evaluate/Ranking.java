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
        RankingSweep sweep = new RankingSweep(positives, scores.length - positives);
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
}
