package org.dualanodiff.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.s3.StoredPictures;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.samples.GeneratedSample.SampleId;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The one jar on a Spark standalone cluster of processes, with GPUs that are addresses only and an S3 server: in both deploy
 * modes, and with what may happen to executors. Each ends in a store that {@code verify} finds clean, with exactly the
 * samples of a run that nothing disturbed, down to their bytes.
 */
@Tag("slow")
@Tag("cluster")
@Timeout(1800)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterRunTest {

    private static final int UNITS = 4;
    private static final int MANY = 100;
    private static final int MANY_A_TASK = 20;
    private static final int FEW = 12;

    @TempDir
    private static Path folder;

    private static ClusterRuns runs;
    private static Map<String, String> undisturbed;

    @BeforeAll
    static void runUndisturbed() throws Exception {
        runs = ClusterRuns.start(folder);
        DriverProcess augment = runs.submit(DeployMode.CLIENT, "undisturbed", manyOfEach());
        assertThat(augment.exit()).as(augment.log()).isZero();
        undisturbed = runs.pictures("undisturbed");
        assertThat(undisturbed).hasSize(UNITS * MANY);
    }

    private static String[] manyOfEach() {
        return new String[] {"generation.samples-per-defect=" + MANY, "generation.pairs-per-task=" + MANY_A_TASK};
    }

    @AfterAll
    static void stop() throws Exception {
        if (runs != null) {
            runs.close();
        }
    }

    @Test
    @Order(1)
    void augment_inClientMode_trainsOnFourGpusAtOnceAndRepeatsNothing() throws Exception {
        assertClean("undisturbed", UNITS * MANY);
        assertThat(gpusOf("undisturbed", "train")).hasSize(UNITS);
        assertThat(gpusOf("undisturbed", "generate")).hasSize(UNITS);
        assertNoGpuUsedTwiceAtOnce("undisturbed");

        Stopwatch watch = Stopwatch.start();
        DriverProcess again = runs.submit(DeployMode.CLIENT, "undisturbed", manyOfEach());
        assertThat(again.exit()).as(again.log()).isZero();
        System.out.printf("a rerun on the cluster, with nothing to do: %.1f s%n", watch.seconds());
        assertThat(again.count("trained") + again.count("generated")).isZero();
        assertThat(again.count("existing")).isEqualTo(UNITS * MANY);
        assertThat(runs.tasks("undisturbed")).hasSize(UNITS + UNITS * MANY / MANY_A_TASK);
        assertClean("undisturbed", UNITS * MANY);
    }

    @Test
    @Order(2)
    void augment_inClusterMode_makesTheSameAndLeavesItsResultInTheStore() throws Exception {
        DriverProcess submit = runs.submit(DeployMode.CLUSTER, "cluster-mode", manyOfEach());
        assertThat(submit.exit()).as(submit.log() + runs.cluster().logs()).isZero();

        JsonObject result = runs.result("cluster-mode");
        assertThat(result.get("status").getAsString()).isEqualTo("complete");
        assertThat(result.get("generated").getAsInt()).isEqualTo(UNITS * MANY);
        assertThat(runs.cluster().driverOutputs()).last().asString().contains("\"run_id\":\"night\"");
        assertThat(gpusOf("cluster-mode", "train")).hasSize(UNITS);
        assertNoGpuUsedTwiceAtOnce("cluster-mode");
        assertClean("cluster-mode", UNITS * MANY);
        assertThat(runs.pictures("cluster-mode")).isEqualTo(undisturbed);
    }

    @Test
    void executors_killedInTrainingAndInGeneration_areReplacedAndGoOn() throws Exception {
        int before = resumptions();
        DriverProcess augment = runs.submit(DeployMode.CLIENT, "killed");
        augment.await("a checkpoint", () -> runs.server().holds("killed/adapters", "checkpoints/step-"));
        runs.cluster().killExecutor(0);
        runs.cluster().killExecutor(1);
        augment.await("a staged file", () -> runs.server().holds("killed", "staging/"));
        runs.cluster().killExecutor(1);

        // A unit that was at work on two of the three is taken for what ended them, until somebody says otherwise.
        if (augment.exit() == 4) {
            assertThat(augment.log()).contains("2 executors died at work on it");
            DriverProcess again = runs.retryFailed(DeployMode.CLIENT, "killed");
            assertThat(again.exit()).as(again.log()).isZero();
        } else {
            assertThat(augment.exit()).as(augment.log()).isZero();
        }
        assertThat(resumptions()).isGreaterThan(before);
        assertThat(augment.log()).contains("Lost executor");
        assertAsUndisturbed("killed", sample -> true);
        assertNoGpuUsedTwiceAtOnce("killed");
    }

    @Test
    void worker_whoseCachesCannotBeWritten_leavesTheWorkToTheOther() throws Exception {
        Path broken = Files.createDirectories(folder.resolve("broken"));
        // Files in the place of both folders that a cache may be made in.
        Path cache = Files.writeString(broken.resolve("cache"), "");
        Files.writeString(broken.resolve("dualanodiff-cache-" + System.getProperty("user.name")), "");
        runs.cluster()
                .restartWorker(
                        1,
                        Map.of(
                                LocalCache.VARIABLE,
                                cache.toString(),
                                "JAVA_TOOL_OPTIONS",
                                "-Djava.io.tmpdir=" + broken));
        try {
            DriverProcess augment = runs.submit(DeployMode.CLIENT, "no-cache");
            assertThat(augment.exit()).as(augment.log()).isZero();
            assertThat(augment.log()).contains("in any cache; set DUALANODIFF_CACHE to a folder with room");
            assertAsUndisturbed("no-cache", sample -> true);
            assertThat(runs.tasks("no-cache"))
                    .extracting(task -> task.get("host").getAsString())
                    .containsOnly(StandaloneCluster.HOSTS.get(0));
        } finally {
            runs.cluster().restartWorker(1, Map.of());
        }
    }

    @Test
    void unit_whoseImageIsSpoiltOnTheWay_failsAloneWithExitFour() throws Exception {
        Path images = Files.createDirectory(folder.resolve("poisoned"));
        ClusterRuns.writeImages(images);
        DriverProcess augment = runs.submit(DeployMode.CLIENT, "poisoned", "dataset.root=" + images);
        augment.awaitLine("cloth/stain: train yes");
        Files.writeString(images.resolve("cloth/test/stain/000.png"), "not a picture");

        assertThat(augment.exit()).as(augment.log()).isEqualTo(4);
        assertThat(augment.count("failed_units")).isEqualTo(1);
        assertThat(runs.result("poisoned").get("status").getAsString()).isEqualTo("partial");
        assertThat(augment.log()).contains("cloth/stain: training: ");
        String poisoned = seriesOf("cloth", "stain");
        assertAsUndisturbed("poisoned", sample -> !sample.startsWith(poisoned));
    }

    /** How many trainings have gone on from a checkpoint so far. */
    private static int resumptions() {
        return (int) runs.cluster()
                .logs()
                .lines()
                .filter(line -> line.contains("goes on from its checkpoint of step"))
                .count();
    }

    /** What the names of a unit's samples begin with. */
    private static String seriesOf(String category, String defect) {
        try (ObjectStore opened = runs.server().open("undisturbed")) {
            AdapterId adapter = new RunRegistry(opened)
                    .boundAdapters(ClusterRuns.RUN).stream()
                            .filter(id -> id.category().equals(category)
                                    && id.defect().equals(defect))
                            .findFirst()
                            .orElseThrow();
            String first = SampleId.of(ClusterRuns.RUN, adapter, 0).name();
            return first.substring(0, first.indexOf('-') + 1);
        }
    }

    /** The (host, address) pairs that a kind of work was done on. */
    private static List<String> gpusOf(String store, String work) {
        return runs.tasks(store).stream()
                .filter(task -> task.get("work").getAsString().equals(work))
                .map(ClusterRunTest::gpu)
                .distinct()
                .toList();
    }

    private static String gpu(JsonObject task) {
        return task.get("host").getAsString() + " " + task.get("gpu").getAsString();
    }

    private static void assertNoGpuUsedTwiceAtOnce(String store) {
        Map<String, List<JsonObject>> byGpu =
                runs.tasks(store).stream().collect(Collectors.groupingBy(ClusterRunTest::gpu));
        byGpu.forEach((gpu, tasks) -> {
            List<JsonObject> sorted = new ArrayList<>(tasks);
            sorted.sort(Comparator.comparing(task -> moment(task, "started_at")));
            for (int i = 1; i < sorted.size(); i++) {
                assertThat(moment(sorted.get(i), "started_at"))
                        .as("two at once on %s: %s, %s", gpu, sorted.get(i - 1), sorted.get(i))
                        .isAfterOrEqualTo(moment(sorted.get(i - 1), "finished_at"));
            }
        });
    }

    private static Instant moment(JsonObject task, String name) {
        return Instant.parse(task.get(name).getAsString());
    }

    /** Holds the first samples of each unit that is asked for, and no others. */
    private static void assertAsUndisturbed(String store, Predicate<String> asked) throws IOException {
        Map<String, String> expected = undisturbed.entrySet().stream()
                .filter(entry -> index(entry.getKey()) < FEW && asked.test(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertClean(store, expected.size());
        assertThat(runs.pictures(store)).isEqualTo(expected);
    }

    private static int index(String sampleId) {
        return Integer.parseInt(sampleId.substring(sampleId.indexOf('-') + 1));
    }

    private static void assertClean(String store, int samples) {
        try (ObjectStore opened = runs.server().open(store)) {
            StoredPictures.assertClean(opened, samples);
        }
    }
}
