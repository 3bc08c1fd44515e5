package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Components;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.evaluate.DetectorMetrics.ClassificationMetrics;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("parity")
class GenerationMetricParityTest {

    private static final double TOLERANCE = 1e-9;

    static List<String> features() {
        return MetricGoldens.cases("features");
    }

    static List<String> probabilities() {
        return MetricGoldens.cases("inception_score");
    }

    static List<String> distances() {
        return MetricGoldens.cases("ic_distance");
    }

    static List<String> classifications() {
        return MetricGoldens.cases("classification");
    }

    static List<String> masks() {
        return MetricGoldens.cases("mask_statistics");
    }

    @ParameterizedTest
    @MethodSource("features")
    void distances_betweenGoldenFeatures_areThoseOfScipy(String name) {
        JsonObject expected = MetricGoldens.expected("features", name);
        SafetensorsFile file = MetricGoldens.inputs("features_" + name);
        float[][] real = MetricGoldens.rows(file, "real");
        float[][] generated = MetricGoldens.rows(file, "generated");
        assertRelative(
                KernelDistance.between(real, generated), expected.get("kid").getAsDouble(), TOLERANCE);
        double rankDeficient = Math.min(real.length, generated.length) <= real[0].length ? 1e-5 : 1e-6;
        assertRelative(
                FrechetDistance.between(real, generated), expected.get("fid").getAsDouble(), rankDeficient);
        if (expected.has("kid_subsets")) {
            int[][] ofReal = MetricGoldens.indexRows(file, "subset_real");
            int[][] ofGenerated = MetricGoldens.indexRows(file, "subset_generated");
            double[] subsets = IntStream.range(0, ofReal.length)
                    .mapToDouble(s -> KernelDistance.between(rows(real, ofReal[s]), rows(generated, ofGenerated[s])))
                    .toArray();
            JsonObject written = expected.getAsJsonObject("kid_subsets");
            assertRelative(StatUtils.mean(subsets), written.get("mean").getAsDouble(), TOLERANCE);
            assertRelative(
                    Math.sqrt(StatUtils.populationVariance(subsets)),
                    written.get("std_population").getAsDouble(),
                    TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("probabilities")
    void inceptionScore_ofGoldenRows_isTheWrittenOne(String name) {
        double[][] rows = MetricGoldens.doubleRows(MetricGoldens.inputs("probs_" + name), "probabilities");
        double expected = MetricGoldens.expected("inception_score", name)
                .get("inception_score")
                .getAsDouble();
        assertRelative(InceptionScore.of(rows), expected, TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("distances")
    void clusterDistance_ofGoldenDistances_isTheWrittenOne(String name) {
        JsonObject expected = MetricGoldens.expected("ic_distance", name);
        SafetensorsFile file = MetricGoldens.inputs("distances_" + name);
        ImageDistances.WithinClusters found = ImageDistances.WithinClusters.of(
                MetricGoldens.doubleRows(file, "generated_to_train"),
                MetricGoldens.doubleRows(file, "generated_to_generated"));
        assertThat(found.assignment()).containsExactly(MetricGoldens.ints(expected.getAsJsonArray("assignment")));
        assertThat(found.value().isPresent()).isEqualTo(!expected.get("ic").isJsonNull());
        found.value()
                .ifPresent(value -> assertRelative(value, expected.get("ic").getAsDouble(), TOLERANCE));
        JsonArray clusters = expected.getAsJsonArray("per_cluster");
        assertThat(found.perCluster()).hasSize(clusters.size());
        for (int i = 0; i < clusters.size(); i++) {
            Double cluster = found.perCluster()[i];
            assertThat(cluster == null).isEqualTo(clusters.get(i).isJsonNull());
            if (cluster != null) {
                assertRelative(cluster, clusters.get(i).getAsDouble(), TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("classifications")
    void classification_ofGoldenLabels_isThatOfScikitLearn(String name) {
        JsonObject expected = MetricGoldens.expected("classification", name);
        ClassificationMetrics found = ClassificationMetrics.of(
                MetricGoldens.ints(expected.getAsJsonArray("y_true")),
                MetricGoldens.ints(expected.getAsJsonArray("y_pred")),
                expected.get("num_classes").getAsInt());
        assertRelative(found.accuracy(), expected.get("accuracy").getAsDouble(), TOLERANCE);
        assertRelative(found.macroF1(), expected.get("macro_f1").getAsDouble(), TOLERANCE);
        JsonArray confusion = expected.getAsJsonArray("confusion");
        for (int label = 0; label < confusion.size(); label++) {
            assertThat(found.confusion()[label])
                    .containsExactly(MetricGoldens.ints(confusion.get(label).getAsJsonArray()));
            ClassificationMetrics.OfClass measures = found.classes().get(label);
            assertRelative(measures.precision(), number(expected, "per_class_precision", label), TOLERANCE);
            assertRelative(measures.recall(), number(expected, "per_class_recall", label), TOLERANCE);
            assertRelative(measures.f1(), number(expected, "per_class_f1", label), TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("masks")
    void mask_ofGoldenMasks_isThatOfScikitImage(String name) {
        JsonObject expected = MetricGoldens.expected("mask_statistics", name);
        SafetensorsFile file = MetricGoldens.inputs("masks");
        long[] shape = file.tensor(name).shape();
        Mask found = new Mask((int) shape[1], (int) shape[0], MetricGoldens.booleans(file, name));
        assertThat(found.area()).isEqualTo(expected.get("area").getAsInt());
        assertRelative(found.share(), expected.get("area_ratio").getAsDouble(), TOLERANCE);
        assertThat(found.components().count())
                .isEqualTo(expected.get("components_8").getAsInt());
        assertThat(Components.fourConnected(found).count())
                .isEqualTo(expected.get("components_4").getAsInt());
        assertThat(found.holes().area()).isEqualTo(expected.get("hole_pixels").getAsInt());
        assertThat(Components.fourConnected(found.holes()).count())
                .isEqualTo(expected.get("hole_count").getAsInt());
        DetectorPair pair =
                new DetectorPair(new Image(found.width(), found.height(), 1, new byte[found.set().length]), found);
        GenerationMetrics.MaskSummary summary = GenerationMetrics.MaskSummary.of(List.of(pair));
        assertRelative(summary.holeRatio(), expected.get("hole_ratio").getAsDouble(), TOLERANCE);
        assertThat(IntStream.of(found.components().areas()).max().orElse(0))
                .isEqualTo(expected.get("largest_component_area").getAsInt());
        boolean empty = expected.get("bbox_top_left_bottom_right_inclusive").isJsonNull();
        assertThat(found.isEmpty()).isEqualTo(empty);
        if (!empty) {
            Box box = found.box();
            assertThat(new int[] {box.y(), box.x(), box.bottom() - 1, box.right() - 1})
                    .containsExactly(
                            MetricGoldens.ints(expected.getAsJsonArray("bbox_top_left_bottom_right_inclusive")));
        }
    }

    private static float[][] rows(float[][] all, int[] indices) {
        return IntStream.of(indices).mapToObj(i -> all[i]).toArray(float[][]::new);
    }

    private static double number(JsonObject object, String key, int index) {
        return object.getAsJsonArray(key).get(index).getAsDouble();
    }

    /** Relative, or absolute below 1. */
    private static void assertRelative(double found, double expected, double tolerance) {
        assertThat(found).isCloseTo(expected, within(tolerance * Math.max(1, Math.abs(expected))));
    }
}
