package org.dualanodiff.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeFiles() throws IOException {
        Files.writeString(folder.resolve("base.conf"), "\ngeneration.steps = 20\n");
        file = Files.writeString(folder.resolve("own.conf"), """
                include "base.conf"
                mask { low = 0.1 }
                training.steps = 30
                spark.conf { spark.hadoop.fs.s3a.secret.key = S3CRET, spark.executor.memory = 8g }
                """);
    }

    @Test
    void effective_saysWhereEachValueComesFromAndShowsNoSecret() {
        CommandLineRun run = CommandLineRun.of(
                "config",
                "--effective",
                "--config",
                file.toString(),
                "--set",
                "training.steps=40",
                "--set",
                "store=s3a://user:passw@bucket/store");

        assertThat(run.exit()).isZero();
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "generation.steps = 20 # " + folder.resolve("base.conf") + ":2",
                        "mask.low = 0.1 # " + file + ":2",
                        "training.steps = 40 # --set training.steps",
                        "training.rank = 32 # default",
                        "spark.conf.\"spark.executor.memory\" = \"8g\" # " + file + ":4",
                        "spark.conf.\"spark.hadoop.fs.s3a.secret.key\" = (hidden) # " + file + ":4")
                .anyMatch(line -> line.startsWith("store = \"s3a://user:(hidden)@bucket/store\" # --set"));
    }

    @Test
    void fileInTheWorkingDirectory_includesItsNeighbors() throws IOException {
        Path included = Files.createTempFile(Path.of(""), "included-", ".conf");
        Path including = Files.createTempFile(Path.of(""), "including-", ".conf");
        try {
            Files.writeString(included, "generation.steps = 20");
            Files.writeString(including, "include required(\"" + included + "\")");
            CommandLineRun run = CommandLineRun.of("config", "--config", including.toString());
            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.out()).containsPattern("generation.steps = 20 +# ./" + included + ":1");
        } finally {
            Files.delete(included);
            Files.delete(including);
        }
    }

    @Test
    void effective_isAConfigurationWithTheSameEffect() throws IOException {
        String first = CommandLineRun.of("config", "--set", "training.steps=40", "--set", "dataset.defects=[hole]")
                .out();
        Path written = Files.writeString(folder.resolve("effective.conf"), first);

        CommandLineRun again = CommandLineRun.of("config", "--config", written.toString());

        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(values(again.out())).isEqualTo(values(first)).contains("training.steps = 40");
    }

    private static List<String> values(String lines) {
        return lines.lines().map(line -> line.replaceFirst(" +#.*", "")).toList();
    }

    @Test
    void effective_ofAWrongSetting_isRefusedAsByEveryCommand() {
        CommandLineRun run = CommandLineRun.of("config", "--set", "training.stepz=1");
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--set training.stepz", "training.steps");
    }

    @Test
    void search_findsSettingsByNameAndMeaning_withTheirDescriptions() {
        String found = CommandLineRun.of("config", "--search", "SALIENCY").out();
        assertThat(found)
                .contains("mask.saliency-size = 320", "mask.threshold = 0.5", "# Method saliency: TorchScript file")
                .doesNotContain("training.steps");
        // It stands below saliency-model, and is described with it.
        assertThat(CommandLineRun.of("config", "--search", "saliency-size").out())
                .contains("side of its square input");
        assertThat(CommandLineRun.of("config", "--search", "no such thing").out())
                .isEmpty();
    }

    @Test
    void config_withoutOptions_printsTheReference() throws IOException {
        Path reference = Path.of(System.getProperty("project.root"))
                .resolve("pipeline/src/main/resources/dualanodiff-reference.conf");
        assertThat(CommandLineRun.of("config").out()).isEqualTo(Files.readString(reference));
    }
}
