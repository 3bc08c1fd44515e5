package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.sample.SampleDataset;
import org.dualanodiff.pipeline.sample.SampleSize;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a real run. */
@Tag("slow")
class ReportCommandTest {

    private static final Path GOLDEN =
            Path.of(System.getProperty("project.root")).resolve("model-core/src/test/golden");

    @TempDir
    private Path folder;

    @Test
    void augment_thenReport_showRealBesideGenerated() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleSize(2, 1, 6), List.of("cloth"));
        CommandLineRun run = CommandLineRun.of(augment());
        assertThat(run.exit()).as(run.err()).isZero();
        Path page = folder.resolve("store/runs/night/report.html");
        assertThat(run.err()).contains("report file:" + page);
        String first = Files.readString(page);
        assertThat(first)
                .contains("cloth/hole", "cloth/stain", "000.png", "Training loss", "Mask area", "generation.steps");

        Files.delete(page);
        Path copy = folder.resolve("copy.html");
        CommandLineRun again = CommandLineRun.of(
                "report", "--store", folder.resolve("store").toString(), "--run", "night", "--out", copy.toString());

        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(page).hasContent(first);
        assertThat(copy).hasContent(first);
    }

    @Test
    void report_ofUnknownRun_saysSo() {
        CommandLineRun run = CommandLineRun.of("report", "--store", folder.toString(), "--run", "none");

        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("run none in file:").contains("has no manifest");
    }

    private List<String> augment() {
        List<String> arguments = new ArrayList<>(List.of("augment"));
        Stream.of(
                        "base-model=" + GOLDEN.resolve("tiny-sd"),
                        "dataset.root=" + folder.resolve("data"),
                        "dataset.defects=[hole, stain]",
                        "resolution=32",
                        "training.steps=4",
                        "training.rank=2",
                        "generation.samples-per-defect=2",
                        "generation.batch-size=2",
                        "generation.steps=2",
                        "run.id=night",
                        "store=" + folder.resolve("store"))
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        return arguments;
    }
}
