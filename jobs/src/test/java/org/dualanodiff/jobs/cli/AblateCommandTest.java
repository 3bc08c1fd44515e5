package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two variants on a local Spark, by the tiny model; then the figures of one of their runs. */
@Tag("slow")
class AblateCommandTest {

    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeData() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(4, 3, 6), List.of("cloth"));
    }

    @Test
    void ablate_ofTwoVariants_comparesTheirPairsAndKeepsTheirRuns() throws IOException {
        CommandLineRun ablation = ablate("--variant", "whole=", "--variant", "deaf=training.interaction=false");

        assertThat(ablation.exit()).as(ablation.err()).isZero();
        assertThat(ablation.err())
                .contains("variant deaf")
                .containsPattern("whole, cloth/hole +3 ")
                .containsPattern("deaf, cloth/hole +3 ");
        JsonObject figures = ablation.json().getAsJsonObject("figures");
        assertThat(figures.keySet()).containsExactly("whole, cloth/hole", "deaf, cloth/hole");
        assertThat(ablation.json().getAsJsonArray("runs").toString())
                .isEqualTo("[\"ablation-whole\",\"ablation-deaf\"]");

        CommandLineRun again = command(
                "figures", "--side", "32", "--steps", "2", "--run", "ablation-deaf", "--sheets", sheets().toString());

        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(again.json().getAsJsonObject("figures").getAsJsonObject("cloth/hole"))
                .isEqualTo(figures.getAsJsonObject("deaf, cloth/hole"));
        assertThat(sheets().resolve("cloth-hole.png")).isNotEmptyFile();

        CommandLineRun one =
                command("figures", "--side", "32", "--steps", "2", "--run", "ablation-deaf", "--pairs", "1");
        assertThat(one.exit()).isEqualTo(ExitCode.DATA);
        assertThat(one.err()).contains("not compared: cloth/hole; it takes two pairs");
    }

    @Test
    void ablate_withAVariantOfTooFewGoodPairs_endsPartialAndLeavesThatWithItsSubmission() throws IOException {
        CommandLineRun ablation =
                ablate("--variant", "judged=quality.enabled=true;quality.max-attempts=1", "--submission", "ablation");

        assertThat(ablation.exit()).as(ablation.err()).isEqualTo(ExitCode.PARTIAL);
        assertThat(ablation.json().get("partial").getAsBoolean()).isTrue();
        JsonObject submission = CommandLineRun.read(folder.resolve("store/submissions/ablation.json"));
        assertThat(submission.get("exit_code").getAsInt()).isEqualTo(ExitCode.PARTIAL);
        assertThat(submission.get("result")).isEqualTo(ablation.json());
    }

    @Test
    void ablate_withTwoVariantsOfOneName_isRefused() {
        CommandLineRun twice = ablate("--variant", "a=seed=1", "--variant", "a=seed=2");
        assertThat(twice.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(twice.err()).contains("--variant a=seed=2: there is another one of that name");
    }

    @Test
    void figures_ofARunWithoutPairs_saysSo() throws IOException {
        CommandLineRun run = command("figures", "--run", "elsewhere");
        assertThat(run.exit()).isEqualTo(ExitCode.DATA);
        assertThat(run.err()).contains("run elsewhere has no pairs of this data set");
    }

    private Path sheets() {
        return folder.resolve("sheets");
    }

    private CommandLineRun ablate(String... more) {
        return command(Stream.concat(Stream.of("ablate", "--side", "32", "--steps", "2"), Stream.of(more))
                .toArray(String[]::new));
    }

    private CommandLineRun command(String... arguments) {
        return CommandLineRun.ofTiny(
                List.of(arguments),
                List.of(
                        "dataset.root=" + folder.resolve("data"),
                        "dataset.defects=[hole]",
                        "generation.samples-per-defect=3",
                        "store=" + folder.resolve("store")));
    }
}
