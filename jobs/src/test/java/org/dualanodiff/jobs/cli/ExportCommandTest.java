package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a run afterwards: its page, its exports, the data set it is published as. */
@Tag("slow")
class ExportCommandTest {

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static CommandLineRun augment;

    @BeforeAll
    static void generate() throws IOException {
        SampleDataset.write(shared.resolve("data"), 1, new SampleDataset.Size(3, 1, 6), List.of("cloth"));
        augment = CommandLineRun.ofTiny(
                List.of("augment"),
                List.of(
                        "dataset.root=" + shared.resolve("data"),
                        "dataset.defects=[hole, stain]",
                        "generation.samples-per-defect=3",
                        "run.id=night",
                        "store=" + shared.resolve("store")));
        assertThat(augment.exit()).as(augment.err()).isZero();
    }

    @Test
    void augment_writesAPageAndReportTheSameAgain() throws IOException {
        Path page = shared.resolve("store/runs/night/report.html");
        assertThat(augment.err()).contains("report file:" + page);
        String first = Files.readString(page);
        assertThat(first)
                .contains("cloth/hole", "cloth/stain", "000.png", "Training loss", "Mask area", "generation.steps");
        Files.delete(page);

        CommandLineRun again = run(
                "report", "--run", "night", "--out", folder.resolve("copy.html").toString());

        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(page).hasContent(first);
        assertThat(folder.resolve("copy.html")).hasContent(first);
    }

    @Test
    void report_ofUnknownRun_saysSo() {
        CommandLineRun run = run("report", "--run", "none");

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("run none in file:").contains("has no manifest");
    }

    @Test
    void export_toMvtec_holdsOriginalsAndGeneratedPairs() throws IOException {
        CommandLineRun run = CommandLineRun.of(CommandLineRun.with(
                exportOf("mvtec"), List.of("dataset.root=" + shared.resolve("data"), "dataset.defects=[hole, stain]")));

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.json().get("status").getAsString()).isEqualTo("complete");
        assertThat(run.count("pairs")).isEqualTo(2 * (3 + 2));
        assertThat(run.count("good_images")).isEqualTo(4);
        assertThat(files("cloth/test/hole")).hasSize(5).contains("real-000.png");
        assertThat(files("cloth/ground_truth/hole")).hasSize(5).contains("real-000_mask.png");
        assertThat(files("cloth/train/good")).hasSize(3);
    }

    @Test
    void export_withAnotherSplitThanTheAdaptersWere_isRefused() {
        CommandLineRun run = CommandLineRun.of(CommandLineRun.with(
                exportOf("mvtec"), List.of("dataset.root=" + shared.resolve("data"), "dataset.split=4")));

        assertThat(run.exit()).as(run.err()).isEqualTo(ExitCode.DATA);
        assertThat(run.err()).contains("cloth/hole, cloth/stain were trained on other images");
    }

    @Test
    void export_runAgain_resumesAllParts() {
        CommandLineRun first = CommandLineRun.of(exportOf("coco"));
        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.count("pairs")).isEqualTo(6);

        CommandLineRun again = CommandLineRun.of(exportOf("coco"));

        assertThat(again.count("resumed")).isEqualTo(again.count("parts")).isPositive();
    }

    @Test
    void export_ofUnknownRun_saysWhereToLook() {
        CommandLineRun run = run("export", "--format", "png", "--run", "none", "--out", folder.toString());

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("run none has no samples in file:");
    }

    @Test
    void publish_thenExportOfTheDataset_holdsTheRunsPairs() {
        CommandLineRun publish = run("publish", "--name", "defects", "--run", "night");
        assertThat(publish.exit()).as(publish.err()).isZero();
        assertThat(publish.out()).contains("datasets/defects/current.json version 1");
        JsonObject current = CommandLineRun.read(shared.resolve("store/datasets/defects/current.json"));
        assertThat(current.getAsJsonArray("units"))
                .hasSize(2)
                .allSatisfy(unit -> assertThat(
                                unit.getAsJsonObject().get("accepted").getAsInt())
                        .isEqualTo(3));
        current.getAsJsonArray("files")
                .forEach(file -> assertThat(shared.resolve("store")
                                .resolve(file.getAsJsonObject().get("key").getAsString()))
                        .exists());

        CommandLineRun export = run(
                "export",
                "--format",
                "huggingface",
                "--dataset",
                "defects",
                "--out",
                folder.resolve("out").toString());

        assertThat(export.exit()).as(export.err()).isZero();
        assertThat(export.count("pairs")).isEqualTo(6);
        assertThat(run("publish", "--name", "defects", "--run", "night").out()).contains("version 1");
    }

    @Test
    void publish_toATable_isASnapshotAndThenThereAlready() {
        CommandLineRun first = publishToTable();
        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.out())
                .contains("datasets/lake.defects.pairs/current.json version 1")
                .contains("lake.defects.pairs snapshot ");
        assertThat(folder.resolve("lake/defects/pairs/metadata")).isDirectoryContaining("glob:**.metadata.json");

        CommandLineRun again = publishToTable();
        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(again.out()).contains("version 1").contains("lake.defects.pairs has it already");
    }

    private CommandLineRun publishToTable() {
        return run(
                "publish",
                "--table",
                "lake.defects.pairs",
                "--run",
                "night",
                "--set",
                "spark.conf.spark.sql.catalog.lake.type=hadoop",
                "--set",
                "spark.conf.spark.sql.catalog.lake.warehouse=" + folder.resolve("lake"));
    }

    @Test
    void publish_toATableOfAnUnknownCatalog_saysWhatToSetAndPublishesNothing() {
        CommandLineRun run = run("publish", "--table", "sea.defects.pairs", "--run", "night");

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("set spark.sql.catalog.sea.type");
        assertThat(shared.resolve("store/datasets/sea.defects.pairs")).doesNotExist();
    }

    private List<String> exportOf(String format) {
        return List.of(
                "export",
                "--format",
                format,
                "--store",
                shared.resolve("store").toString(),
                "--run",
                "night",
                "--out",
                folder.resolve("out").toString());
    }

    private static CommandLineRun run(String... arguments) {
        return CommandLineRun.onStore(shared.resolve("store"), arguments);
    }

    private List<String> files(String inExport) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("out").resolve(inExport))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
