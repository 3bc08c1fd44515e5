package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.StatUtils;
import org.dualanodiff.pipeline.evaluate.PixelScores.BinnedPixels;
import org.dualanodiff.pipeline.evaluate.PixelScores.SortedPixels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("parity")
class PixelMetricParityTest {

    private static final double TOLERANCE = 1e-9;

    static List<String> cases() {
        return MetricGoldens.cases("maps");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void pixelMetrics_ofGoldenMaps_areThoseOfScikitLearn(String name) {
        JsonObject expected = MetricGoldens.expected("maps", name);
        PixelScores pixels = gathered(new SortedPixels(16), MetricGoldens.maps(name));
        PixelScores.Metrics metrics = pixels.metrics(0.3);
        assertRanking(metrics.ranking(), expected.getAsJsonObject("pixel"));
        assertThat(metrics.regions()).isEqualTo(expected.get("components_8").getAsLong());
        assertClose(metrics.aupro(), MetricGoldens.number(expected, "aupro_0_3"));
        assertClose(pixels.metrics(0.05).aupro(), MetricGoldens.number(expected, "aupro_0_05"));
        assertClose(pixels.metrics(1).aupro(), MetricGoldens.number(expected, "aupro_1_0"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void binnedMetrics_ofGoldenMaps_lieWithinTheirBounds(String name) {
        JsonObject expected = MetricGoldens.expected("maps", name);
        JsonObject pixel = expected.getAsJsonObject("pixel");
        List<ScoreMap> maps = MetricGoldens.maps(name);
        PixelScores binned = gathered(new BinnedPixels(), maps);
        PixelScores.Metrics metrics = binned.metrics(0.3);
        PixelScores.Bounds bounds = metrics.bounds();
        Ranking ranking = metrics.ranking();
        assertWithin(ranking.auroc(), MetricGoldens.number(pixel, "auroc"), bounds.auroc());
        assertWithin(ranking.averagePrecision(), MetricGoldens.number(pixel, "ap"), bounds.averagePrecision());
        assertWithin(metrics.aupro(), MetricGoldens.number(expected, "aupro_0_3"), bounds.aupro());
        if (!pixel.get("f1max").isJsonNull()) {
            double best = pixel.getAsJsonObject("f1max").get("value").getAsDouble();
            assertWithin(ranking.f1Max().map(Ranking.F1Max::value), Optional.of(best), bounds.f1Max());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void imageMetrics_ofGoldenMaps_areThoseOfScikitLearn(String name) {
        JsonObject expected = MetricGoldens.expected("maps", name);
        assertImages(name, ScoreMap::imageScore, expected.getAsJsonObject("image_pooled21"));
        assertImages(name, PixelMetricParityTest::largest, expected.getAsJsonObject("image_max"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void intersectionOverUnion_ofGoldenMaps_isTheWrittenOne(String name) {
        JsonObject expected = MetricGoldens.expected("maps", name);
        for (String key : List.of("iou_at_0_5", "iou_at_f1max")) {
            if (expected.get(key).isJsonNull()) {
                continue;
            }
            JsonObject at = expected.getAsJsonObject(key);
            List<ScoreMap> maps = MetricGoldens.maps(name);
            IntersectionOverUnion found =
                    IntersectionOverUnion.at(at.get("threshold").getAsDouble(), maps);
            assertThat(found.intersection()).isEqualTo(at.get("intersection").getAsLong());
            assertThat(found.union()).isEqualTo(at.get("union").getAsLong());
            assertClose(found.value(), MetricGoldens.number(at, "micro"));
            assertClose(
                    meanOverImages(at.get("threshold").getAsDouble(), maps),
                    MetricGoldens.number(at, "mean_over_images_with_union"));
        }
    }

    private static Optional<Double> meanOverImages(double threshold, List<ScoreMap> maps) {
        double[] each = maps.stream()
                .map(map -> IntersectionOverUnion.at(threshold, List.of(map)).value())
                .flatMap(Optional::stream)
                .mapToDouble(Double::doubleValue)
                .toArray();
        return each.length == 0 ? Optional.empty() : Optional.of(StatUtils.mean(each));
    }

    private static double largest(ScoreMap map) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float score : map.scores()) {
            largest = Math.max(largest, score);
        }
        return largest;
    }

    private static PixelScores gathered(PixelScores pixels, List<ScoreMap> maps) {
        maps.forEach(pixels::add);
        return pixels;
    }

    private static void assertImages(String name, ToDoubleFunction<ScoreMap> score, JsonObject expected) {
        List<ScoreMap> maps = MetricGoldens.maps(name);
        double[] scores = maps.stream().mapToDouble(score).toArray();
        assertThat(scores).containsExactly(MetricGoldens.doubles(expected.getAsJsonArray("scores")), within(TOLERANCE));
        boolean[] labels = new boolean[scores.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = !maps.get(i).defect().isEmpty();
        }
        assertRanking(Ranking.of(scores, labels), expected);
    }

    private static void assertRanking(Ranking found, JsonObject expected) {
        assertClose(found.auroc(), MetricGoldens.number(expected, "auroc"));
        assertClose(found.averagePrecision(), MetricGoldens.number(expected, "ap"));
        assertThat(found.f1Max().isEmpty()).isEqualTo(expected.get("f1max").isJsonNull());
        found.f1Max().ifPresent(f1 -> {
            JsonObject best = expected.getAsJsonObject("f1max");
            assertThat(f1.value()).isCloseTo(best.get("value").getAsDouble(), within(TOLERANCE));
            assertThat(f1.threshold()).isCloseTo(best.get("threshold").getAsDouble(), within(TOLERANCE));
            assertThat(f1.highestThreshold())
                    .isCloseTo(best.get("highest_tied_threshold").getAsDouble(), within(TOLERANCE));
            assertThat(f1.thresholds())
                    .isEqualTo(best.get("thresholds_within_1e12").getAsLong());
        });
    }

    private static void assertClose(Optional<Double> found, Optional<Double> expected) {
        assertWithin(found, expected, 0);
    }

    private static void assertWithin(Optional<Double> found, Optional<Double> expected, double bound) {
        assertThat(found.isPresent()).isEqualTo(expected.isPresent());
        found.ifPresent(value -> assertThat(value).isCloseTo(expected.get(), within(bound + TOLERANCE)));
    }
}
