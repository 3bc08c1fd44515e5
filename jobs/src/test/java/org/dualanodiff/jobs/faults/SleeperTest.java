package org.dualanodiff.jobs.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.s3.S3Server;
import org.dualanodiff.jobs.s3.StoredPictures;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A driver that is stopped as if its machine slept, taken for dead, and wakes up when another one has finished its run: on
 * each kind of store, in the middle of generation and in the middle of a commit.
 */
@Tag("slow")
@Tag("cluster")
@Timeout(1800)
class SleeperTest {

    private static final int SAMPLES = 12;

    enum Kind {
        FILE,
        S3,
        HDFS
    }

    @TempDir
    private static Path folder;

    private static S3Server s3;
    private static HdfsServer hdfs;
    private static Map<String, String> undisturbed;

    @BeforeAll
    static void runUndisturbed() throws Exception {
        SampleDataset.write(folder.resolve("images"), 1, new SampleDataset.Size(2, 1, 6), List.of("cloth"));
        FaultyMachine.plan(faults());
        DriverProcess augment = augment(Kind.FILE, "undisturbed");
        assertThat(augment.exit()).as(augment.log()).isZero();
        undisturbed = pictures(Kind.FILE, "undisturbed");
        assertThat(undisturbed).hasSize(SAMPLES);
    }

    @AfterAll
    static void stop() throws Exception {
        if (hdfs != null) {
            hdfs.close();
        }
        if (s3 != null) {
            s3.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void driver_thatSleepsInGeneration_changesNothingWhenItWakes(Kind kind) throws Exception {
        sleepsAt(kind, "generating", "generate .* .* sleep 4000", calls -> calls.startsWith("generate"));
    }

    @ParameterizedTest
    @EnumSource
    void driver_thatSleepsInACommit_changesNothingWhenItWakes(Kind kind) throws Exception {
        sleepsAt(kind, "committing", "commit .* .* sleep 4000", calls -> calls.startsWith("commit"));
    }

    /** The second one wants more pairs, and finds that the sleeper has committed some of them meanwhile. */
    @Test
    void driver_thatWakesInACommitWhileAnotherWorks_isPartOfWhatThatOneCommits() throws Exception {
        FaultyMachine.plan(faults(), "commit .* .* sleep 4000");
        DriverProcess sleeper = augment(Kind.FILE, "overtaken", "generation.samples-per-defect=2");
        sleeper.await("a commit", () -> called("commit"));
        signal("STOP", sleeper);
        FaultyMachine.plan(faults(), "commit .* .* sleep 10000");
        DriverProcess second = augment(Kind.FILE, "overtaken");
        second.await("its first commit", () -> called("commit"));
        signal("CONT", sleeper);
        sleeper.exit();

        assertThat(second.exit()).as(second.log()).isZero();
        assertThat(second.count("failed_units")).isZero();
        assertAsUndisturbed(Kind.FILE, "overtaken");
    }

    private static boolean called(String stage) {
        return FaultyMachine.calls(faults()).stream().anyMatch(call -> call.startsWith(stage));
    }

    private static void start(Kind kind) throws Exception {
        if (kind == Kind.S3 && s3 == null) {
            s3 = S3Server.start(folder.resolve("s3"));
        } else if (kind == Kind.HDFS && hdfs == null) {
            hdfs = HdfsServer.start(folder.resolve("hdfs"));
        }
    }

    private static void sleepsAt(Kind kind, String store, String fault, Predicate<String> moment) throws Exception {
        start(kind);
        FaultyMachine.plan(faults(), fault);
        DriverProcess sleeper = augment(kind, store);
        sleeper.await(
                "the moment to sleep",
                () -> FaultyMachine.calls(faults()).stream().anyMatch(moment));
        signal("STOP", sleeper);
        try {
            FaultyMachine.plan(faults());
            DriverProcess second = augment(kind, store);
            assertThat(second.exit()).as(second.log()).isZero();
            assertAsUndisturbed(kind, store);
        } finally {
            signal("CONT", sleeper);
        }
        sleeper.exit();
        System.out.printf("%s %s: the sleeper ended with %d%n", kind, store, sleeper.exit());
        assertAsUndisturbed(kind, store);
    }

    private static void signal(String name, DriverProcess process) throws Exception {
        String pid = String.valueOf(process.handle().pid());
        assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor())
                .isZero();
    }

    private static Path faults() {
        return folder.resolve("faults");
    }

    private static DriverProcess augment(Kind kind, String store, String... more) throws IOException {
        List<String> arguments = CommandLineRun.with(
                List.of("augment"),
                CommandLineRun.TINY_RUN,
                List.of(
                        "store=" + uri(kind, store),
                        "dataset.root=" + folder.resolve("images"),
                        "dataset.defects=[hole, stain]",
                        "training.log-every=1",
                        "generation.samples-per-defect=" + SAMPLES / 2,
                        "generation.pairs-per-task=2",
                        "run.id=night",
                        "run.lease.expire-seconds=6",
                        "spark.master=\"local[2]\""),
                CommandLineRun.hadoopSettings(hadoop(kind)),
                FaultyMachine.settings(faults()),
                List.of(more));
        return DriverProcess.start(folder.resolve("drivers"), S3Server.ENVIRONMENT, arguments);
    }

    private static String uri(Kind kind, String store) {
        return switch (kind) {
            case FILE -> folder.resolve("stores/" + store).toString();
            case S3 -> S3Server.uri(store);
            case HDFS -> hdfs.uri(store);
        };
    }

    private static Map<String, String> hadoop(Kind kind) {
        return switch (kind) {
            case FILE -> Map.of();
            case S3 -> S3Server.withoutKeys(s3.port());
            case HDFS -> Map.of("dfs.replication", "1");
        };
    }

    private static void assertAsUndisturbed(Kind kind, String name) throws IOException {
        assertThat(pictures(kind, name)).isEqualTo(undisturbed);
        try (ObjectStore store = open(kind, name)) {
            StoredPictures.assertClean(store, SAMPLES);
        }
    }

    private static Map<String, String> pictures(Kind kind, String name) throws IOException {
        try (ObjectStore store = open(kind, name)) {
            return StoredPictures.of(store, Files.createDirectories(folder.resolve("scratch")));
        }
    }

    private static ObjectStore open(Kind kind, String name) {
        return ObjectStore.open(uri(kind, name), kind == Kind.S3 ? s3.hadoop() : hadoop(kind));
    }
}
