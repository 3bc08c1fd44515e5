package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.evaluate.CategoryImages.TestImage;

/**
 * How well a detector finds and locates defects; a metric is null where it is undefined.
 *
 * @param pixelF1 the best over all thresholds
 * @param imageAuroc of the largest mean over 21x21 pixels
 * @param aupro up to a false-positive rate of 0.3
 * @param iou summed intersections over summed unions at the threshold of {@code pixelF1}
 */
public record DetectorMetrics(
        Double pixelAuroc,
        Double pixelAp,
        Double pixelF1,
        Double imageAuroc,
        Double imageAp,
        Double imageF1,
        Double aupro,
        Double iou,
        int defective,
        int good)
        implements Serializable {

    /**
     * The metrics on some of the test images.
     *
     * @param pooled over all defect types together; types with large defects weigh most in its pixel metrics
     * @param perDefect each type alone with all defect-free images
     */
    public record OnImages(DetectorMetrics pooled, Map<String, DetectorMetrics> perDefect) implements Serializable {

        /** @param images with their maps, in the same order */
        static OnImages of(List<TestImage> images, List<ScoreMap> maps) {
            Map<String, List<ScoreMap>> byDefect = new TreeMap<>();
            for (int i = 0; i < maps.size(); i++) {
                byDefect.computeIfAbsent(images.get(i).defect(), defect -> new ArrayList<>())
                        .add(maps.get(i));
            }
            List<ScoreMap> good = Optional.ofNullable(byDefect.remove("")).orElse(List.of());
            Map<String, DetectorMetrics> perDefect = new TreeMap<>();
            byDefect.forEach((defect, own) -> {
                own.addAll(good);
                perDefect.put(defect, DetectorMetrics.of(own));
            });
            return new OnImages(DetectorMetrics.of(maps), perDefect);
        }

        /** A metric's mean over the types, in which all weigh the same; null if a type lacks it, or there are not two. */
        Double macro(Function<DetectorMetrics, Double> metric) {
            List<Double> values = perDefect.values().stream().map(metric).toList();
            return values.size() < 2 || values.contains(null)
                    ? null
                    : values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        }
    }

    private static DetectorMetrics of(List<ScoreMap> maps) {
        PixelScores.Metrics pixels = PixelScores.of(maps);
        Ranking pixel = pixels.ranking();
        Ranking image = imageRanking(maps);
        int defective =
                (int) maps.stream().filter(map -> !map.defect().isEmpty()).count();
        return new DetectorMetrics(
                pixel.auroc().orElse(null),
                pixel.averagePrecision().orElse(null),
                pixel.f1Max().map(Ranking.F1Max::value).orElse(null),
                image.auroc().orElse(null),
                image.averagePrecision().orElse(null),
                image.f1Max().map(Ranking.F1Max::value).orElse(null),
                pixels.aupro().orElse(null),
                pixel.f1Max()
                        .flatMap(best ->
                                IntersectionOverUnion.at(best.threshold(), maps).value())
                        .orElse(null),
                defective,
                maps.size() - defective);
    }

    private static Ranking imageRanking(List<ScoreMap> maps) {
        boolean[] labels = new boolean[maps.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = !maps.get(i).defect().isEmpty();
        }
        return Ranking.of(maps.stream().mapToDouble(ScoreMap::imageScore).toArray(), labels);
    }

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
}
