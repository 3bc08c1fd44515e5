package org.dualanodiff.pipeline.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.report.DescribeRun.GeneratedPairs;
import org.dualanodiff.pipeline.report.DescribeRun.UnitFacts;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.RunManifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescribeRunTest {

    private static final String MANIFEST = """
            {"run_id": "night", "status": "partial", "started_at": "2026-01-02T00:00:00Z",
             "finished_at": "2026-01-02T01:00:00Z", "settings": {"seed": "7"},
             "units": [
               {"category": "tile", "defect": "crack", "adapter": null,
                "training": {"source": "trained", "steps": 500, "final_loss": 0.05, "seconds": 90},
                "samples": {}, "generation_seconds": 5, "files": [], "error": null},
               {"category": "tile", "defect": "fray", "adapter": null, "training": null,
                "samples": {}, "generation_seconds": 0, "files": [], "error": "no usable training image"}],
             "quarantine": [{"category": "tile", "defect": "fray", "file": "tile/test/fray/0.png",
                             "reason": "IMAGE_UNREADABLE", "detail": "the file is empty (0 bytes)"}],
             "totals": {"units": 2, "units_failed": 1, "adapters_trained": 1, "adapters_reused": 0, "samples": {},
                        "training_seconds": 90, "generation_seconds": 5, "quarantined": 1},
             "versions": {"dualanodiff": "1"}}
            """;

    @Test
    void of_partialRun_showsPairsReasonsProblemsAndQuarantine() {
        RunManifest manifest = Json.parse(MANIFEST.getBytes(UTF_8), RunManifest.class, "manifest.json");
        GeneratedPairs generated = new GeneratedPairs(
                3,
                1,
                new double[] {0.01, 0.02, 0.03},
                Map.of("empty_mask", 1),
                8,
                TestPairs.group("", 3, 32).pairs(),
                TestPairs.group("", 1, 32).pairs());

        ReportPage report = DescribeRun.of(
                manifest,
                List.of(
                        new UnitFacts(manifest.units().get(0), Optional.empty(), RealPairs.NONE, generated),
                        new UnitFacts(manifest.units().get(1), Optional.empty(), RealPairs.NONE, GeneratedPairs.NONE)),
                Optional.empty());

        assertThat(report.sections())
                .extracting(Section::heading)
                .containsExactly(
                        "Summary",
                        "Problems",
                        "Defects",
                        "tile/crack",
                        "tile/fray",
                        "Input files set aside",
                        "Provenance",
                        "Settings");
        assertThat(((Section.Table) report.sections().get(2)).rows())
                .containsExactly(
                        List.of("tile", "crack", "0", "3", "1", "-", "2 %", "500", "0.05", "90 s", "2 s"),
                        List.of("tile", "fray", "0", "0", "0", "-", "-", "-", "-", "-", "-"));
        assertThat(new String(report.html(), UTF_8))
                .contains("generated, rejected", "empty_mask", "no usable training image", "IMAGE_UNREADABLE");
    }

    @Test
    void summary_ofMoreUnitsThanAreShown_sumsOverAll() {
        String quality = "\"quality\": {\"wanted\": 7, \"accepted\": 7, \"rejected\": 2, \"reasons\": {}}";
        String counted = MANIFEST.replace("\"error\": \"no", quality + ", \"error\": \"no");
        RunManifest manifest = Json.parse(counted.getBytes(UTF_8), RunManifest.class, "manifest.json");
        GeneratedPairs generated =
                new GeneratedPairs(3, 1, new double[] {0.01, 0.02, 0.03}, Map.of(), 8, List.of(), List.of());

        ReportPage report = DescribeRun.of(
                manifest,
                List.of(new UnitFacts(manifest.units().get(0), Optional.empty(), RealPairs.NONE, generated)),
                Optional.empty());

        assertThat(((Section.KeyFigures) report.sections().get(0)).figures())
                .contains(
                        new Section.Figure("accepted pairs", "10"),
                        new Section.Figure("rejected pairs", "3"),
                        new Section.Figure("pairs per device second", "0.5"));
    }

    @Test
    void realPairs_ofTrainingSet_keepEveryAreaAndTheFirstPictures(@TempDir Path folder) throws Exception {
        SampleDataset.write(folder, 1, new SampleDataset.Size(1, 1, 18), List.of("cloth"));
        Dataset dataset = new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        folder.toString(), List.of("cloth"), List.of("hole"), new SplitRule.FirstThird()));

        RealPairs real = RealPairs.read(dataset.sets().get(0), new DatasetFiles(new Configuration()));

        assertThat(real.maskShares())
                .hasSize(6)
                .allSatisfy(share -> assertThat(share).isBetween(0.0005, 0.5));
        assertThat(real.examples())
                .hasSize(4)
                .extracting(RealPairs.Example::name)
                .contains("000.png");
        assertThat(Json.parse(Json.bytes(real), RealPairs.class, "real")).isEqualTo(real);
    }
}
