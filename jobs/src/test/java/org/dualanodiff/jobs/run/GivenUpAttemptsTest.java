package org.dualanodiff.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.jobs.spark.NativeTask;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tasks have uploaded whose job was submitted again, or whose executor was lost before it could tell. */
@Tag("slow")
class GivenUpAttemptsTest {

    @TempDir
    private static Path folder;

    /** Every file of pairs lies there a second time when they are committed, under a name of the same driver. */
    public static final class Doubles implements NativeTask.Hook {

        @Override
        public void at(String stage, String unit) throws IOException {
            if (stage.equals("commit")) {
                for (Path file : pairs()) {
                    String name = file.getFileName().toString();
                    String other = name.substring(0, name.length() - 44) + UUID.randomUUID() + ".parquet";
                    Files.copy(file, file.resolveSibling(other));
                }
            }
        }
    }

    @Test
    void filesOfAttemptsThatWereGivenUp_areClearedAwayWithTheCommit() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(2, 1, 3), List.of("cloth"));
        PipelineConfig config = CommandLineRun.tinyConfig(List.of(
                "store=" + folder.resolve("store"),
                "run.id=night",
                "dataset.root=" + folder.resolve("data"),
                "dataset.defects=[hole]",
                "generation.samples-per-defect=4"));
        System.setProperty(NativeTask.Hook.PROPERTY, Doubles.class.getName());
        try (SparkSession spark = SparkSessions.open(config, "augment")) {
            RunReport.Summary summary =
                    new AugmentRun(spark, config, new PrintWriter(new StringWriter())).run(AugmentRun.Stages.ALL);
            assertThat(summary.status()).isEqualTo("complete");
        } finally {
            System.clearProperty(NativeTask.Hook.PROPERTY);
        }

        assertThat(pairs()).singleElement().asString().contains("/samples/");
        CommandLineRun verify = CommandLineRun.onStore(folder.resolve("store"), "verify", "--run", "night");
        assertThat(verify.exit()).as(verify.out()).isZero();
        assertThat(verify.out()).contains("clean");
    }

    private static List<Path> pairs() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("store"))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }
}
