package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Flip;

/**
 * What can be said of the generated pairs of one defect without a large network.
 *
 * @param pairs looked at
 * @param nonEmpty share of pairs whose mask is not empty
 * @param accepted share of pairs that passed the quality gate
 * @param agreement median over the pairs with a mask, see {@link PairComparison}; NaN without any
 * @param diversity mean distance between two generated images over that between two real ones
 * @param copies share of pairs nearer to a training image, or a mirror image of one, than {@link #COPY} of the mean
 *     distance between two real images
 */
public record PairMetrics(
        int pairs, double nonEmpty, double accepted, double agreement, double diversity, double copies) {

    /** What {@link #cells} holds. */
    public static final List<String> COLUMNS =
            List.of("pairs", "masks not empty", "pass the gate", "agreement", "diversity", "copies");

    /** Part of the mean distance between real images below which two images count as the same. */
    public static final double COPY = 0.25;

    /**
     * @param generated all pairs, rejected ones included
     * @param accepted share of pairs that passed the gate
     * @param agreement of the pairs' images with their masks
     * @param training the real pairs that the adapter learned from, at least two, as large as the generated ones
     */
    static PairMetrics of(
            List<DetectorPair> generated, double accepted, double agreement, List<DetectorPair> training) {
        float[][] made = ImageDistances.levels(generated.stream().map(DetectorPair::image));
        float[][] views = ImageDistances.levels(training.stream()
                .map(DetectorPair::image)
                .flatMap(image -> Stream.of(Flip.values()).map(image::flip)));
        double real = ImageDistances.meanWithin(
                ImageDistances.levels(training.stream().map(DetectorPair::image)));
        double count = made.length;
        return new PairMetrics(
                made.length,
                generated.stream().filter(DetectorPair::hasDefect).count() / count,
                accepted,
                agreement,
                ImageDistances.meanWithin(made) / real,
                Arrays.stream(ImageDistances.toNearest(made, views))
                                .filter(distance -> distance < COPY * real)
                                .count()
                        / count);
    }

    /** For people. */
    public List<String> cells() {
        return List.of(
                Integer.toString(pairs),
                percent(nonEmpty),
                percent(accepted),
                String.format(Locale.ROOT, "%.2f", agreement),
                String.format(Locale.ROOT, "%.2f", diversity),
                percent(copies));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    /** A row for each, by name. */
    public static EvaluationTable table(String title, Map<String, PairMetrics> metrics) {
        return new EvaluationTable(
                title,
                COLUMNS,
                metrics.entrySet().stream()
                        .map(entry -> new EvaluationTable.Row(
                                entry.getKey(), entry.getValue().cells()))
                        .toList());
    }
}
