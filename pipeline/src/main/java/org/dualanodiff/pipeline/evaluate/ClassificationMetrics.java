package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How well classes were told apart.
 *
 * @param macroF1 mean over all classes, also those without samples
 * @param classes precision, recall and F1 of each, 0 where undefined
 * @param confusion {@code [i][j]}: samples of class i taken for j
 */
public record ClassificationMetrics(double accuracy, double macroF1, List<OfClass> classes, int[][] confusion) {

    /** One class against the others. */
    public record OfClass(double precision, double recall, double f1, int samples) {}

    /**
     * @param truth the class of each sample, from 0
     * @param predicted what it was taken for
     */
    public static ClassificationMetrics of(int[] truth, int[] predicted, int classes) {
        if (truth.length != predicted.length || truth.length == 0) {
            throw new IllegalArgumentException(
                    "as many predictions as samples are needed, and at least one, were %d and %d"
                            .formatted(predicted.length, truth.length));
        }
        int[][] confusion = new int[classes][classes];
        for (int i = 0; i < truth.length; i++) {
            confusion[truth[i]][predicted[i]]++;
        }
        List<OfClass> measures = IntStream.range(0, classes)
                .mapToObj(label -> ofClass(confusion, label))
                .toList();
        int right = IntStream.range(0, classes)
                .map(label -> confusion[label][label])
                .sum();
        double macro = measures.stream().mapToDouble(OfClass::f1).average().orElseThrow();
        return new ClassificationMetrics((double) right / truth.length, macro, measures, confusion);
    }

    private static OfClass ofClass(int[][] confusion, int label) {
        int hits = confusion[label][label];
        int samples = Arrays.stream(confusion[label]).sum();
        int taken = Arrays.stream(confusion).mapToInt(row -> row[label]).sum();
        return new OfClass(share(hits, taken), share(hits, samples), share(2 * hits, taken + samples), samples);
    }

    private static double share(int part, int whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
