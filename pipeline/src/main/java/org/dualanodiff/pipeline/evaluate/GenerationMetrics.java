package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.mask.Mask;

/**
 * How generated pairs look by themselves; a metric is null where its network was not given or it is undefined.
 *
 * @param pairs generated pairs looked at
 * @param realMasks of the training images
 * @param nearestTraining distance to the nearest training image, root mean square of levels from 0 to 1: the least and the
 *     mean over the pairs; near 0 means copies
 * @param frechet distance to the real test defects
 * @param kernel the same, unbiased for small sets
 * @param inceptionScore of the generated images
 * @param diversity mean distance within the clusters of the training images, IC-LPIPS if distances are LPIPS
 * @param error null unless measuring failed
 */
public record GenerationMetrics(
        String category,
        String defect,
        String runId,
        int pairs,
        MaskSummary generatedMasks,
        MaskSummary realMasks,
        Nearest nearestTraining,
        Double frechet,
        Double kernel,
        Double inceptionScore,
        Double diversity,
        String error)
        implements Serializable {

    /** Means over masks. */
    public record MaskSummary(double areaRatio, double components, double holeRatio) implements Serializable {

        static MaskSummary of(List<DetectorPair> pairs) {
            return new MaskSummary(
                    mean(pairs, Mask::share),
                    mean(pairs, mask -> mask.components().count()),
                    mean(pairs, MaskSummary::holeRatio));
        }

        /** Share of holes in defect and holes together. */
        private static double holeRatio(Mask mask) {
            double holes = mask.holes().area();
            return holes == 0 ? 0 : holes / (mask.area() + holes);
        }

        private static double mean(List<DetectorPair> pairs, ToDoubleFunction<Mask> of) {
            return pairs.stream()
                    .map(DetectorPair::mask)
                    .mapToDouble(of)
                    .average()
                    .orElse(0);
        }
    }

    /** Distances to the nearest training image. */
    public record Nearest(double least, double mean) implements Serializable {

        /** Null without training images. */
        static Nearest of(List<DetectorPair> generated, List<DetectorPair> training) {
            if (training.isEmpty()) {
                return null;
            }
            float[][] made = ImageDistances.levels(generated.stream().map(DetectorPair::image));
            float[][] real = ImageDistances.levels(training.stream().map(DetectorPair::image));
            DoubleSummaryStatistics distances = Arrays.stream(ImageDistances.toNearest(made, real))
                    .map(distance -> distance / Math.sqrt(made[0].length))
                    .summaryStatistics();
            return new Nearest(distances.getMin(), distances.getAverage());
        }
    }

    public static GenerationMetrics failed(MeasureGenerated.Task task, String error) {
        return new GenerationMetrics(
                task.data().category(), task.defect(), task.run(), 0, null, null, null, null, null, null, null, error);
    }

    String sentence() {
        if (error != null) {
            return "%s/%s of %s could not be measured: %s".formatted(category, defect, runId, error);
        }
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s/%s of %s: %d pairs, mask %.2f %% of the image (real %.2f %%)",
                category,
                defect,
                runId,
                pairs,
                100 * generatedMasks.areaRatio(),
                100 * realMasks.areaRatio()));
        if (nearestTraining != null) {
            text.append(String.format(
                    Locale.ROOT,
                    ", nearest training image %.3f on average, %.3f at least",
                    nearestTraining.mean(),
                    nearestTraining.least()));
        }
        append(text, "FID", frechet);
        append(text, "KID", kernel);
        append(text, "IS", inceptionScore);
        append(text, "diversity", diversity);
        return text.toString();
    }

    private static void append(StringBuilder text, String name, Double value) {
        if (value != null) {
            text.append(String.format(Locale.ROOT, ", %s %.4f", name, value));
        }
    }
}
