package org.dualanodiff.jobs.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.jobs.faults.FaultyMachine;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job with its store on S3, disturbed in every way that can be had on one machine. Each ends in a store that
 * {@code verify} finds clean, with exactly the samples of a run that nothing disturbed, down to their bytes.
 */
@Tag("slow")
@Timeout(1800)
class S3RunTest {

    private static final int SAMPLES = 12;

    @TempDir
    private static Path folder;

    private static S3Server server;
    private static S3Runs runs;
    private static Map<String, String> undisturbed;

    @BeforeAll
    static void runUndisturbed() throws Exception {
        server = S3Server.start(folder.resolve("s3"));
        runs = new S3Runs(folder, server);
        CommandLineRun augment = runs.augmentHere("undisturbed");
        assertThat(augment.exit()).as(augment.err()).isZero();
        undisturbed = pictures("undisturbed");
        assertThat(undisturbed).hasSize(SAMPLES);
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @Test
    void augment_undisturbed_isVerifiedAndRepeatsNothing() throws Exception {
        DriverProcess verify = runs.verify("undisturbed");
        assertThat(verify.exit()).as(verify.out() + verify.log()).isZero();
        assertThat(verify.json().getAsJsonArray("findings")).isEmpty();
        assertThat(verify.count("samples")).isEqualTo(SAMPLES);

        CommandLineRun again = runs.augmentHere("undisturbed");
        assertThat(again.exit()).isZero();
        assertThat(again.count("trained")).isZero();
        assertThat(again.count("generated")).isZero();
        assertClean("undisturbed");
    }

    @Test
    void augment_withOneInTwentyRequestsSpoilt_endsAsUndisturbed() throws Exception {
        try (FaultyProxy proxy = FaultyProxy.before(server, 0.05, 7)) {
            DriverProcess augment = runs.augmentThrough(proxy.port(), "faults");
            assertThat(augment.exit()).as(augment.log()).isZero();
            assertThat(proxy.faults()).isPositive();
        }
        assertAsUndisturbed("faults");
    }

    @Test
    void augment_whoseStoreIsGoneFor30Seconds_endsAsUndisturbed() throws Exception {
        Future<CommandLineRun> augment = startHere("gone", "run.lease.expire-seconds=90");
        await(augment, () -> server.holds("gone", "checkpoints/step-"));
        server.stop();
        Thread.sleep(Duration.ofSeconds(30).toMillis());
        server.start();

        assertThat(augment.get().exit()).as(augment.get().err()).isZero();
        assertAsUndisturbed("gone");
    }

    @Test
    void driver_killedDuringTraining_isFollowedByOneThatGoesOnFromTheCheckpoint() throws Exception {
        DriverProcess augment = runs.augment("killed-training", "training.steps=16");
        augment.await("a checkpoint", () -> server.holds("killed-training", "checkpoints/step-"));
        augment.kill();

        DriverProcess rerun = runs.augment("killed-training", "training.steps=16");
        assertThat(rerun.exit()).as(rerun.log()).isZero();
        assertThat(rerun.log()).contains("its driver, process").contains("has died; taking over");
        assertThat(rerun.log()).contains("goes on from its checkpoint of step");
        assertThat(server.holds("killed-training", "checkpoints/")).isFalse();
        assertClean("killed-training");
    }

    @Test
    void driver_killedDuringGeneration_isFollowedByOneThatKeepsWhatIsFinished() throws Exception {
        DriverProcess augment = runs.augment("killed-generating");
        augment.await("a staged file", () -> server.holds("killed-generating", "staging/"));
        augment.kill();

        CommandLineRun rerun = rerun("killed-generating");
        assertThat(rerun.count("trained")).isZero();
        assertThat(rerun.count("generated")).isLessThan(SAMPLES);
        assertAsUndisturbed("killed-generating");
    }

    @Test
    void driver_killedDuringTheCommit_isFollowedByOneThatDoublesNothing() throws Exception {
        DriverProcess augment = runs.augment("killed-committing");
        augment.await(
                "a commit under way",
                () -> server.holds("killed-committing", "samples/run=night/category=cloth/defect=hole/pairs-"));
        augment.kill();

        rerun("killed-committing");
        assertAsUndisturbed("killed-committing");
    }

    @Test
    void driver_killedAfterTheCommit_isFollowedByOneThatWritesTheManifest() throws Exception {
        DriverProcess augment = runs.augment("killed-after");
        augment.await(
                "commits",
                () -> server.holds("killed-after", "commits/cloth/hole/1.json")
                        && server.holds("killed-after", "commits/cloth/stain/1.json"));
        augment.kill();

        CommandLineRun rerun = rerun("killed-after");
        assertThat(rerun.count("generated")).isZero();
        assertAsUndisturbed("killed-after");
    }

    @Test
    void drivers_startedAtOnce_areOneThatWorksAndOneThatLeaves() throws Exception {
        // However fast the machine, the one has not ended when the other looks.
        Path faults = folder.resolve("faults");
        FaultyMachine.plan(faults, "train cloth/hole .* sleep 10000");
        DriverProcess one = runs.augment("two", FaultyMachine.settings(faults).toArray(String[]::new));
        one.await("a lease", () -> server.holds("two", "lease/"));
        CommandLineRun other = runs.augmentHere("two");

        assertThat(other.exit()).as(other.err()).isEqualTo(2);
        assertThat(other.err()).contains("run night is being worked on by process");
        assertThat(one.exit()).as(one.log()).isZero();
        assertThat(one.count("generated")).isEqualTo(SAMPLES);
        assertClean("two");
    }

    @Test
    void driver_thatWaitsForAnother_findsNothingLeftToDo() throws Exception {
        DriverProcess one = runs.augment("waiting");
        one.await("a lease", () -> server.holds("waiting", "lease/"));
        CommandLineRun other = runs.augmentHere("waiting", "run.lease.wait-seconds=300");

        assertThat(other.exit()).as(other.err()).isZero();
        assertThat(one.exit()).isZero();
        assertThat(other.count("trained") + other.count("generated")).isZero();
        assertAsUndisturbed("waiting");
    }

    @Test
    void unit_whoseImageVanishes_failsAloneAndIsMadeByTheRerun() throws Exception {
        Path images = Files.createDirectory(folder.resolve("vanishing"));
        SampleDataset.write(images, 1, new SampleDataset.Size(2, 1, 6), List.of("cloth"));
        String[] settings = {"dataset.root=" + images, "spark.master=local[1]"};
        Future<CommandLineRun> started = startHere("vanished", settings);
        // With one task at a time the one waits for the other.
        await(started, () -> server.holds("vanished", "checkpoints/step-"));
        String waiting = server.holds("vanished", "adapters/cloth/stain/") ? "hole" : "stain";
        Path image = images.resolve("cloth/test/" + waiting + "/000.png");
        Files.move(image, folder.resolve("away.png"));

        CommandLineRun augment = started.get();
        assertThat(augment.exit()).as(augment.err()).isEqualTo(4);
        assertThat(augment.count("failed_units")).isEqualTo(1);
        assertThat(augment.count("generated")).isEqualTo(SAMPLES / 2);

        Files.move(folder.resolve("away.png"), image);
        CommandLineRun rerun = runs.augmentHere("vanished", settings);
        assertThat(rerun.exit()).as(rerun.err()).isZero();
        assertThat(rerun.count("trained")).isEqualTo(1);
        assertAsUndisturbed("vanished");
    }

    private static CommandLineRun rerun(String store) {
        CommandLineRun rerun = runs.augmentHere(store);
        assertThat(rerun.exit()).as(rerun.err()).isZero();
        return rerun;
    }

    private static Future<CommandLineRun> startHere(String store, String... settings) {
        FutureTask<CommandLineRun> run = new FutureTask<>(() -> runs.augmentHere(store, settings));
        new Thread(run, "driver of " + store).start();
        return run;
    }

    private static void await(Future<CommandLineRun> run, BooleanSupplier happened) throws Exception {
        while (!happened.getAsBoolean()) {
            if (run.isDone()) {
                throw new IllegalStateException(
                        "the run ended before: " + run.get().err());
            }
            Thread.sleep(3);
        }
    }

    private static void assertAsUndisturbed(String store) throws Exception {
        assertClean(store);
        assertThat(pictures(store)).isEqualTo(undisturbed);
    }

    private static void assertClean(String store) {
        try (ObjectStore opened = server.open(store)) {
            StoredPictures.assertClean(opened, SAMPLES);
        }
    }

    private static Map<String, String> pictures(String store) throws IOException {
        try (ObjectStore opened = server.open(store)) {
            return StoredPictures.of(opened, runs.folder());
        }
    }
}
