package org.dualanodiff.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.jobs.spark.NativeTask;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.junit.jupiter.api.BeforeAll;
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
                for (Path file : pairs("doubles")) {
                    String name = file.getFileName().toString();
                    String other = name.substring(0, name.length() - 44) + UUID.randomUUID() + ".parquet";
                    Files.copy(file, file.resolveSibling(other));
                }
            }
        }
    }

    /** The second of two tasks fails when the first one's pairs are there. */
    public static final class FailsSecond implements NativeTask.Hook {

        private static final List<Integer> SIZES_OF_JOBS = Collections.synchronizedList(new ArrayList<>());
        private static volatile Runnable failure;
        private static volatile String store;

        static void of(String store, Runnable failure) {
            SIZES_OF_JOBS.clear();
            FailsSecond.store = store;
            FailsSecond.failure = failure;
        }

        @Override
        public void at(String stage, String unit) throws Exception {
            if (!stage.equals("generate")) {
                return;
            }
            SIZES_OF_JOBS.add(TaskContext.get().numPartitions());
            if (TaskContext.getPartitionId() == 1) {
                while (pairs(store).isEmpty()) {
                    Thread.sleep(20);
                }
                Thread.sleep(500);
                failure.run();
            }
        }
    }

    @BeforeAll
    static void writeData() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(2, 1, 3), List.of("cloth"));
    }

    @Test
    void filesOfAttemptsThatWereGivenUp_areClearedAwayWithTheCommit() throws IOException {
        assertThat(augment("doubles", Doubles.class).status()).isEqualTo("complete");

        assertThat(pairs("doubles")).singleElement().asString().contains("/samples/");
        requireClean("doubles");
    }

    @Test
    void tasksThatHadEnded_whenSparkGaveUpTheirJob_areNotDoneAgain() throws IOException {
        FailsSecond.of("again", () -> {
            throw new UncheckedIOException(new IOException("connection reset"));
        });

        assertThat(augment("again", FailsSecond.class).status()).isEqualTo("complete");

        assertThat(FailsSecond.SIZES_OF_JOBS).containsExactly(2, 2, 1);
        requireClean("again");
    }

    @Test
    void tasksThatHadEnded_whenTheUnitFailed_areCommitted() throws IOException {
        FailsSecond.of("failed", () -> {
            throw new EngineException("CUDA error: uncorrectable ECC error encountered");
        });

        assertThat(augment("failed", FailsSecond.class).status()).isEqualTo("partial");

        assertThat(pairs("failed")).singleElement().asString().contains("/samples/");
        assertThat(augment("failed", FailsSecond.class).status()).isEqualTo("complete");
        assertThat(FailsSecond.SIZES_OF_JOBS).containsExactly(2, 2, 1);
        requireClean("failed");
    }

    private static RunReport.Summary augment(String store, Class<? extends NativeTask.Hook> hook) throws IOException {
        PipelineConfig config = CommandLineRun.tinyConfig(List.of(
                "store=" + folder.resolve(store),
                "run.id=night",
                "dataset.root=" + folder.resolve("data"),
                "dataset.defects=[hole]",
                "generation.samples-per-defect=4",
                "generation.pairs-per-task=2"));
        System.setProperty(NativeTask.Hook.PROPERTY, hook.getName());
        try (SparkSession spark = SparkSessions.open(config, "augment")) {
            return new AugmentRun(spark, config, new PrintWriter(new StringWriter())).run(AugmentRun.Stages.ALL);
        } finally {
            System.clearProperty(NativeTask.Hook.PROPERTY);
        }
    }

    private static void requireClean(String store) {
        CommandLineRun verify = CommandLineRun.onStore(folder.resolve(store), "verify", "--run", "night");
        assertThat(verify.exit()).as(verify.out()).isZero();
        assertThat(verify.out()).contains("clean");
    }

    private static List<Path> pairs(String store) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(store))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }
}
