package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.pipeline.evaluate.CategoryImages.TestImage;
import org.dualanodiff.pipeline.evaluate.PixelScores.PixelMeasures;
import org.dualanodiff.pipeline.evaluate.Ranking.F1Max;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The figures on a subset of the test images.
 *
 * @param pooled over all defect types together; types with large defects weigh most in its pixel figures
 * @param perDefect each type alone with all defect-free images
 */
public record SubsetFigures(DetectorMetrics pooled, Map<String, DetectorMetrics> perDefect) implements Serializable {

    /** @param images with their maps, in the same order */
    static SubsetFigures of(List<TestImage> images, List<ScoreMap> maps) {
        Map<String, List<ScoreMap>> byDefect = new TreeMap<>();
        for (int i = 0; i < maps.size(); i++) {
            byDefect.computeIfAbsent(images.get(i).defect(), defect -> new ArrayList<>())
                    .add(maps.get(i));
        }
        List<ScoreMap> good = byDefect.getOrDefault("", List.of());
        byDefect.remove("");
        Map<String, DetectorMetrics> perDefect = byDefect.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> figures(Stream.concat(entry.getValue().stream(), good.stream())
                                .toList()),
                        (a, b) -> a,
                        TreeMap::new));
        return new SubsetFigures(figures(maps), perDefect);
    }

    private static DetectorMetrics figures(List<ScoreMap> maps) {
        PixelScores pixels = PixelScores.forPixels(
                maps.stream().mapToLong(map -> map.scores().length).sum());
        maps.forEach(pixels::add);
        PixelMeasures measures = pixels.measures(PixelScores.AUPRO_LIMIT);
        Ranking pixel = measures.ranking();
        Ranking image = imageRanking(maps);
        int defective = (int) maps.stream().filter(ScoreMap::isDefective).count();
        return new DetectorMetrics(
                pixel.auroc().orElse(null),
                pixel.averagePrecision().orElse(null),
                pixel.f1Max().map(F1Max::value).orElse(null),
                image.auroc().orElse(null),
                image.averagePrecision().orElse(null),
                image.f1Max().map(F1Max::value).orElse(null),
                measures.aupro().orElse(null),
                pixel.f1Max()
                        .flatMap(best ->
                                IntersectionOverUnion.at(best.threshold(), maps).micro())
                        .orElse(null),
                defective,
                maps.size() - defective);
    }

    private static Ranking imageRanking(List<ScoreMap> maps) {
        boolean[] labels = new boolean[maps.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = maps.get(i).isDefective();
        }
        return Ranking.of(maps.stream().mapToDouble(ImageScore::pooled).toArray(), labels);
    }
}
