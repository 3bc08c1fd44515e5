package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.pipeline.evaluate.PairComparison.MaskAgreement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;

/**
 * What can be said of the generated pairs of one defect without a large network.
 *
 * @param pairs looked at
 * @param nonEmpty share of pairs whose mask is not empty
 * @param accepted share of pairs that passed the quality gate
 * @param agreement median over the pairs with a mask, see {@link MaskAgreement}; NaN without any
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
     * @param generated all pairs, rejected ones included, as {@link MaskAgreement} sees them
     * @param accepted share of pairs that passed the gate
     * @param training the real pairs that the adapter learned from, at least two
     */
    public static PairMetrics of(
            List<DetectorPair> generated, double accepted, List<DetectorPair> training, MaskAgreement agreement) {
        List<DetectorPair> masked =
                generated.stream().filter(DetectorPair::hasDefect).toList();
        float[][] made = levels(generated.stream().map(DetectorPair::image));
        double real = meanDistance(levels(training.stream().map(DetectorPair::image)));
        float[][] views = levels(training.stream()
                .flatMap(pair ->
                        Stream.of(Flip.values()).map(flip -> pair.image().flip(flip))));
        int count = generated.size();
        return new PairMetrics(
                count,
                (double) masked.size() / count,
                accepted,
                MaskAgreement.median(agreement.of(masked)),
                meanDistance(made) / real,
                copies(made, views, COPY * real));
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

    /** A row for each of the figures, by name. */
    public static EvaluationTable table(String title, Map<String, PairMetrics> figures) {
        return new EvaluationTable(
                title,
                COLUMNS,
                figures.entrySet().stream()
                        .map(entry -> new EvaluationTable.Row(
                                entry.getKey(), entry.getValue().cells()))
                        .toList());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static double copies(float[][] made, float[][] views, double limit) {
        NearestNeighbors.Neighbor[] nearest = NearestNeighbors.of(made, views);
        return Stream.of(nearest)
                        .filter(neighbor -> Math.sqrt(neighbor.distance()) < limit)
                        .count()
                / (double) made.length;
    }

    private static double meanDistance(float[][] images) {
        double[][] distances = NearestNeighbors.distances(images, images);
        double sum = 0;
        for (double[] row : distances) {
            for (double squared : row) {
                sum += Math.sqrt(squared);
            }
        }
        return sum / (images.length * (images.length - 1.0));
    }

    private static float[][] levels(Stream<Image> images) {
        return images.map(Image::unit).toArray(float[][]::new);
    }
}
