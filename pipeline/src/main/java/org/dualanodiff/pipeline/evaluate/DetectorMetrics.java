package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
}
