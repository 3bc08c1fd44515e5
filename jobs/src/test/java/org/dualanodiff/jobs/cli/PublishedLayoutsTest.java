package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.AugmentRun;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.run.RunReport;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.inspect.DatasetReport;
import org.dualanodiff.pipeline.inspect.InspectDataset;
import org.dualanodiff.pipeline.run.RunInputs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Public data sets as they are published and exports of labelling tools: inspect, plan and augment, on one Spark. */
@Tag("slow")
class PublishedLayoutsTest {

    @TempDir
    private static Path shared;

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = SparkSessions.open(config(shared), "layouts");
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private static PipelineConfig config(Path root) {
        return CommandLineRun.tinyConfig(List.of(
                "dataset.root=" + root,
                "training.steps=1",
                "generation.samples-per-defect=1",
                "store=" + root.resolveSibling(root.getFileName() + "-store")));
    }

    @ParameterizedTest(name = "{0}_asPublished_isReadAndAugmented")
    @CsvSource({
        "mvtec-ad, mvtec, bottle, crack, 1, 2, 3, 2",
        "mvtec-ad-2, mvtec, can, bad, 1, 2, 3, 2",
        "mvtec-loco, mvtec, juice, logical_anomalies, 1, 2, 3, 2",
        "mvtec-3d, mvtec, bagel, hole, 1, 2, 3, 2",
        "visa, visa, candle, anomaly, 1, 2, 3, 1",
        "visa-raw, visa, candle, chunk of wax missing, 1, 2, 4, 0",
        "btad, mvtec, 01, ko, 1, 2, 3, 2",
        "real-iad, folder, audiojack, AK, 1, 2, 3, 0",
        "kolektor-1, folder, kolektor-1, defect, 1, 2, 6, 0",
        "kolektor-2, folder, kolektor-2, defect, 3, 3, 2, 2",
        "dagm, folder, Class1, defect, 3, 3, 2, 2",
        "magnetic-tile, folder, magnetic-tile, MT_Blowhole, 1, 2, 3, 0",
        "roboflow-coco, coco, parts, crack, 3, 0, 1, 0",
        "cvat-voc, folder, cvat-voc, crack, 1, 2, 0, 0",
        "yolo-seg, yolo, yolo-seg, crack, 3, 0, 1, 0",
        "labelme, labelme, labelme, crack, 1, 2, 1, 0",
        "label-studio, labelstudio, label-studio, crack, 1, 2, 1, 0",
    })
    void layout_asPublished_isReadAndAugmented(
            String name, String format, String category, String defect, int training, int test, int good, int goodTest)
            throws IOException {
        Path root = shared.resolve(name);
        new Miniatures(root).write(name);
        PipelineConfig config = config(root);

        DatasetReport report =
                new InspectDataset(new Configuration()).run(RunInputs.request(config, LocalCache.ofUser()));
        assertThat(report.format()).isEqualTo(format);
        assertThat(report.problems()).isEmpty();
        assertThat(report.categories()).singleElement().satisfies(found -> {
            assertThat(found.name()).isEqualTo(category);
            assertThat(List.of(found.goodTraining(), found.goodTest())).containsExactly(good, goodTest);
            assertThat(found.defects()).singleElement().satisfies(only -> {
                assertThat(only.name()).isEqualTo(defect);
                assertThat(List.of(only.training(), only.test())).containsExactly(training, test);
            });
        });

        StringWriter console = new StringWriter();
        RunReport.Summary planned = new AugmentRun(spark, config, new PrintWriter(console)).run(Stages.NONE);
        assertThat(planned.status()).isEqualTo("planned");
        assertThat(console.toString())
                .contains(
                        "data: 1 categories, 1 defects; good images %d for training, %d for testing; pairs %d for training, %d for testing; set aside none"
                                .formatted(good, goodTest, training, test))
                .contains("%s/%s: train yes".formatted(category, defect));

        RunReport.Summary made = new AugmentRun(spark, config, new PrintWriter(console)).run(Stages.ALL);
        assertThat(List.of(made.trained(), made.generated(), made.failed(), made.quarantined()))
                .as(console.toString())
                .containsExactly(1, 1, 0, 0);
        try (Stream<Path> store = Files.walk(root.resolveSibling(name + "-store"))) {
            assertThat(store.map(file -> file.getFileName().toString())).noneMatch(file -> file.endsWith(".crc"));
        }
    }
}
