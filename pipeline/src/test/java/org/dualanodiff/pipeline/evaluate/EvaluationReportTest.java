package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.EvaluationConfig;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.Measured;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationReportTest {

    private static final EvaluationConfig.Budget SETTINGS = new EvaluationConfig.Budget(32, 1, 4, 10, 8, 1e-3, 5, 0);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.40 0.41 0.42 | 0.50 0.51 0.52 | generated data helps: pixel AP 41.0 -> 51.0",
                "0.40 0.41 0.42 | 0.30 0.31 0.32 | generated data hurts: pixel AP 41.0 -> 31.0",
                "0.40 0.41 0.42 | 0.41 0.43 0.45 | generated data makes no clear difference: pixel AP 41.0 -> 43.0",
                "0.40 0.41 | 0.80 0.81 | generated data cannot be judged, with fewer than 3 seeds: pixel AP 40.5 -> 80.5",
            })
    void verdict_ofSeeds_weighsTheGainAgainstTheirSpread(String without, String with, String sentence) {
        EvaluationReport report = report(Map.of("real", without, "real+generated", with));
        assertThat(report.verdicts())
                .anySatisfy(verdict -> assertThat(verdict.sentence())
                        .startsWith("tile: " + sentence)
                        .contains("(real+generated against real, "));
    }

    @Test
    void losses_ofACategoryThatGotWorse_areThoseBeyondWhatIsAllowed() {
        EvaluationReport report = report(Map.of("real", "0.5 0.5 0.5", "real+generated", "0.4 0.4 0.4"));
        assertThat(report.losses(0.05))
                .singleElement()
                .extracting(ArmSummary.Comparison::arm)
                .isEqualTo("real+generated");
        assertThat(report.losses(0.2)).isEmpty();
    }

    @Test
    void generatedOnly_isJudgedAgainstCutPaste() {
        EvaluationReport report =
                report(Map.of("real", "0.9 0.9 0.9", "cut-paste", "0.2 0.2 0.2", "generated", "0.3 0.3 0.3"));
        assertThat(report.verdicts())
                .extracting(ArmSummary.Comparison::baseline)
                .containsOnly("cut-paste")
                .hasSize(2);
    }

    @Test
    void schedule_withGeneratedPairs_isJudgedAgainstRealAndTheSameScheduleWithPastedOnes() {
        EvaluationReport report = report(
                Map.of("real", "0.9 0.9 0.9", "cut-paste>real", "0.2 0.2 0.2", "generated@r-1>real", "0.3 0.3 0.3"));
        assertThat(report.verdicts())
                .extracting(ArmSummary.Comparison::baseline)
                .containsExactly("real", "real", "cut-paste>real", "cut-paste>real");
    }

    @Test
    void macro_ofTypes_isTheirMeanWithTheRangeOverSeedsAndGivesAVerdict() {
        List<EvaluateArm.Result> results = new ArrayList<>();
        results.addAll(List.of(seed("real", 1, 0.2, 0.4), seed("real", 2, 0.2, 0.8), seed("real", 3, 0.2, 0.4)));
        for (int seed = 1; seed <= 3; seed++) {
            results.add(seed("real+generated", seed, 0.8, 0.8));
        }
        EvaluationReport report = EvaluationReport.of(
                "r", "1", SETTINGS, List.of(Arm.parse("real"), Arm.parse("real+generated")), results, List.of());
        ArmSummary.Spread macro =
                report.categories().get(0).arms().get(0).macro().get("pixel AP");
        assertThat(macro.mean()).isCloseTo((0.3 + 0.5 + 0.3) / 3, within(1e-12));
        assertThat(macro.range()).isCloseTo(0.2, within(1e-12));
        assertThat(EvaluationTable.lines(report))
                .anyMatch(line -> line.startsWith("tile, mean over types, without twins"))
                .anyMatch(line -> line.startsWith("real") && line.contains("0.367 (0.200)"))
                .anyMatch(line -> line.startsWith("tile: generated data helps: macro pixel AP 36.7 -> 80.0"));
    }

    @Test
    void macro_ofOneType_isLeftOut() {
        EvaluationReport report = report(Map.of("real", "0.9 0.9 0.9"));
        assertThat(report.categories().get(0).arms().get(0).macro()).isEmpty();
        assertThat(EvaluationTable.lines(report)).noneMatch(line -> line.contains("mean over types"));
    }

    @Test
    void table_showsMeansWithTheRangeOverSeedsAndFailures() {
        List<EvaluateArm.Result> results = new ArrayList<>(results("real", "0.40 0.44"));
        results.add(result(new Measured("generated", 1, null, null, null, 0, null, 1, "no pairs")));
        EvaluationReport report = EvaluationReport.of(
                "r", "1", SETTINGS, List.of(Arm.parse("real"), Arm.parse("generated")), results, List.of());
        List<String> lines = EvaluationTable.lines(report);
        assertThat(lines).anySatisfy(line -> assertThat(line).startsWith("real").contains("0.420 (0.040)"));
        assertThat(lines).contains("tile, generated failed: no pairs");
        assertThat(report.failed()).isEqualTo(1);
    }

    @Test
    void report_readBackFromTheStore_showsTheSameTable(@TempDir Path folder) {
        GenerationMetrics beside = measured(new GenerationMetrics.Nearest(0.1, 0.2));
        // All its training defects vanish at the detector's size.
        GenerationMetrics alone = measured(null);
        EvaluationReport report = EvaluationReport.of(
                "r", "1", SETTINGS, List.of(Arm.parse("real")), results("real", "0.40 0.44"), List.of(beside, alone));
        assertThat(EvaluationTable.lines(report))
                .contains(
                        "tile/crack of r: 2 pairs, mask 10.00 % of the image (real 20.00 %), nearest training image 0.200 on"
                                + " average, 0.100 at least, FID 0.5000",
                        "tile/crack of r: 2 pairs, mask 10.00 % of the image (real 20.00 %), FID 0.5000");
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            EvaluationFiles files = new EvaluationFiles(store);
            assertThat(files.find("r")).isEmpty();
            files.write(report, List.of());
            EvaluationFiles.Found found = files.find("r").orElseThrow();
            assertThat(EvaluationTable.lines(found.report())).isEqualTo(EvaluationTable.lines(report));
            assertThat(found.sheets()).isEmpty();
        }
    }

    @Test
    void sheet_ofAnArmOfManyRuns_isFoundAgain(@TempDir Path folder) {
        String arm = "generated@"
                + IntStream.range(0, 40).mapToObj(i -> "night-" + i).collect(Collectors.joining(","));
        List<EvaluateArm.Result> results = new ArrayList<>(results("real", "0.40"));
        Measured measured = results(arm, "0.44").get(0).measured();
        results.add(new EvaluateArm.Result("tile", measured, List.of(), new byte[] {1}, false));
        EvaluationReport report =
                EvaluationReport.of("r", "1", SETTINGS, List.of(Arm.parse("real"), Arm.parse(arm)), results, List.of());
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            EvaluationFiles files = new EvaluationFiles(store);
            files.write(report, results);
            assertThat(files.find("r").orElseThrow().sheets()).containsOnlyKeys("tile, " + arm);
        }
    }

    private static GenerationMetrics measured(GenerationMetrics.Nearest nearest) {
        return new GenerationMetrics(
                "tile",
                "crack",
                "r",
                2,
                new GenerationMetrics.MaskSummary(0.1, 1, 0),
                new GenerationMetrics.MaskSummary(0.2, 1, 0),
                nearest,
                0.5,
                null,
                null,
                null,
                null);
    }

    @Test
    void report_asJson_holdsEverySeedAndTheSpreads() {
        String json = new String(Json.bytes(report(Map.of("real", "0.40 0.44"))), StandardCharsets.UTF_8);
        JsonObject category = JsonParser.parseString(json)
                .getAsJsonObject()
                .getAsJsonArray("categories")
                .get(0)
                .getAsJsonObject();
        assertThat(category.getAsJsonArray("results")).hasSize(2);
        JsonObject arm = category.getAsJsonArray("arms").get(0).getAsJsonObject();
        assertThat(arm.getAsJsonObject("no_twin")
                        .getAsJsonObject("pixel AP")
                        .get("range")
                        .getAsDouble())
                .isCloseTo(0.04, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "reel | \"reel\" is no source",
                "real+ | \"\" is no source",
                "real@r-1 | \"real@r-1\" is no source",
                "generated@ | \"generated@\" is no source",
                "generated@, | \"generated@,\" is no source",
                "generated@a,,b | \"generated@a,,b\" is no source",
                "generated@a,a | \"generated@a,a\" is no source",
                "real> | \"\" is no source",
                "real>>cut-paste | \"\" is no source",
            })
    void arm_ofUnknownSources_isRefused(String name, String complaint) {
        assertThatThrownBy(() -> Arm.parse(name))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("arm \"" + name + "\"")
                .hasMessageContaining(complaint);
    }

    @Test
    void arm_ofTwoRuns_keepsThemApart() {
        Arm arm = Arm.parse("real+generated+generated@r-1");
        assertThat(arm.phases()).hasSize(1);
        assertThat(arm.sources())
                .containsExactly(
                        new Arm.Source(Arm.Kind.REAL, List.of()),
                        new Arm.Source(Arm.Kind.GENERATED, List.of()),
                        new Arm.Source(Arm.Kind.GENERATED, List.of("r-1")));
    }

    @Test
    void arm_ofRunsTogether_isOneSource() {
        Arm arm = Arm.parse("real+generated@small,large");
        assertThat(arm.sources())
                .containsExactly(
                        new Arm.Source(Arm.Kind.REAL, List.of()),
                        new Arm.Source(Arm.Kind.GENERATED, List.of("small", "large")));
    }

    @Test
    void arm_ofMoreSourcesThanRows_isRefusedWithTheSettingToChange() {
        assertThat(Arm.parse("real+real+generated>real").fitting(3).sources()).hasSize(2);
        assertThatThrownBy(() -> Arm.parse("real>real+real+generated").fitting(2))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("mixes 3 sources, and half a batch is 2 images; raise evaluate.batch-size");
    }

    private static EvaluateArm.Result seed(String arm, long seed, double crack, double hole) {
        DetectorMetrics.OnImages metrics =
                new DetectorMetrics.OnImages(figures(0.5), Map.of("crack", figures(crack), "hole", figures(hole)));
        return result(new Measured(arm, seed, metrics, metrics, null, 1, List.of(1.0), 1, null));
    }

    private static DetectorMetrics figures(double pixelAp) {
        return new DetectorMetrics(0.5, pixelAp, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 3, 2);
    }

    private static EvaluationReport report(Map<String, String> pixelAps) {
        List<EvaluateArm.Result> results = pixelAps.entrySet().stream()
                .flatMap(arm -> results(arm.getKey(), arm.getValue()).stream())
                .toList();
        List<Arm> arms = pixelAps.keySet().stream().sorted().map(Arm::parse).toList();
        return EvaluationReport.of("r", "1", SETTINGS, arms, results, List.of());
    }

    private static List<EvaluateArm.Result> results(String arm, String pixelAps) {
        List<EvaluateArm.Result> results = new ArrayList<>();
        for (String ap : pixelAps.split(" ")) {
            DetectorMetrics figures = figures(Double.parseDouble(ap));
            DetectorMetrics.OnImages subset = new DetectorMetrics.OnImages(figures, Map.of("crack", figures));
            results.add(result(new Measured(arm, results.size(), subset, subset, null, 1, List.of(1.0), 1, null)));
        }
        return results;
    }

    private static EvaluateArm.Result result(Measured measured) {
        return new EvaluateArm.Result("tile", measured, List.of(), null, false);
    }
}
