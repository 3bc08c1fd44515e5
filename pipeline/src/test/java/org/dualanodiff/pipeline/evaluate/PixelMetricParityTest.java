package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.dualanodiff.pipeline.evaluate.PixelScores.PixelMeasures;
import org.dualanodiff.pipeline.evaluate.Ranking.F1Max;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
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
    void pixelMeasures_ofGoldenMaps_areThoseOfScikitLearn(String name) {
        JsonObject expected = MetricGoldens.expected("maps", name);
        PixelScores pixels = gathered(new SortedPixels(), MetricGoldens.maps(name));
        PixelMeasures measures = pixels.measures(0.3);
        assertRanking(measures.ranking(), expected.getAsJsonObject("pixel"));
        assertThat(measures.regions()).isEqualTo(expected.get("components_8").getAsLong());
        assertClose(measures.aupro(), MetricGoldens.number(expected, "aupro_0_3"));
        assertClose(pixels.measures(0.05).aupro(), MetricGoldens.number(expected, "aupro_0_05"));
        assertClose(pixels.measures(1).aupro(), MetricGoldens.number(expected, "aupro_1_0"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void pixelMeasures_gatheredInTwoPartsAndMerged_areTheSame(String name) {
        List<ScoreMap> maps = MetricGoldens.maps(name);
        PixelScores whole = gathered(new SortedPixels(), maps);
        PixelScores first = gathered(new SortedPixels(), maps.subList(0, maps.size() / 2));
        first.merge(gathered(new SortedPixels(), maps.subList(maps.size() / 2, maps.size())));
        assertThat(first.measures(0.3)).isEqualTo(whole.measures(0.3));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void binnedMeasures_ofGoldenMaps_lieWithinTheirBounds(String name) {
        JsonObject expected = MetricGoldens.expected("maps", name);
        JsonObject pixel = expected.getAsJsonObject("pixel");
        List<ScoreMap> maps = MetricGoldens.maps(name);
        PixelScores binned = gathered(new BinnedPixels(), maps.subList(0, 1));
        binned.merge(gathered(new BinnedPixels(), maps.subList(1, maps.size())));
        PixelMeasures measures = binned.measures(0.3);
        PixelMeasures.Bounds bounds = measures.bounds();
        Ranking ranking = measures.ranking();
        assertWithin(ranking.auroc(), MetricGoldens.number(pixel, "auroc"), bounds.auroc());
        assertWithin(ranking.averagePrecision(), MetricGoldens.number(pixel, "ap"), bounds.averagePrecision());
        assertWithin(measures.aupro(), MetricGoldens.number(expected, "aupro_0_3"), bounds.aupro());
        if (!pixel.get("f1max").isJsonNull()) {
            double best = pixel.getAsJsonObject("f1max").get("value").getAsDouble();
            assertWithin(ranking.f1Max().map(F1Max::value), Optional.of(best), bounds.f1Max());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void imageMeasures_ofGoldenMaps_areThoseOfScikitLearn(String name) {
        JsonObject expected = MetricGoldens.expected("maps", name);
        assertImages(name, ImageScore::pooled, expected.getAsJsonObject("image_pooled21"));
        assertImages(name, ImageScore::max, expected.getAsJsonObject("image_max"));
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
            IntersectionOverUnion found =
                    IntersectionOverUnion.at(at.get("threshold").getAsDouble(), MetricGoldens.maps(name));
            assertThat(found.intersection()).isEqualTo(at.get("intersection").getAsLong());
            assertThat(found.union()).isEqualTo(at.get("union").getAsLong());
            assertClose(found.micro(), MetricGoldens.number(at, "micro"));
            assertClose(found.meanOverImages(), MetricGoldens.number(at, "mean_over_images_with_union"));
        }
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
            labels[i] = maps.get(i).isDefective();
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
