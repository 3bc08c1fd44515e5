package org.dualanodiff.jobs.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.jobs.cli.CommandLineRun;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.s3.StoredPictures;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One unit of four ends every executor that works on it, without a word. */
@Tag("slow")
@Tag("cluster")
@Timeout(900)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NativeDeathTest {

    private static final String STORE = "store";

    @TempDir
    private static Path folder;

    private static LocalCluster cluster;

    @BeforeAll
    static void prepare() throws IOException {
        cluster = new LocalCluster(folder, 2);
    }

    @Test
    @Order(1)
    void training_thatEndsItsExecutors_failsAloneAndIsNotTriedAgain() throws Exception {
        cluster.plan("train cloth/hole .* segv");
        DriverProcess first = cluster.augment(STORE);
        assertThat(first.exit()).as(first.log()).isEqualTo(4);
        assertThat(first.count("failed_units")).isEqualTo(1);
        assertThat(deaths("train cloth/hole")).isBetween(2L, 3L);
        assertOthersComplete("night", "cloth/hole", "executor");

        cluster.plan("train cloth/hole .* segv");
        DriverProcess rerun = cluster.augment(STORE);
        assertThat(rerun.exit()).as(rerun.log()).isEqualTo(4);
        assertThat(rerun.count("trained") + rerun.count("generated")).isZero();
        assertThat(cluster.calls()).isEmpty();
        assertOthersComplete("night", "cloth/hole", "executor");
    }

    @Test
    @Order(2)
    void unit_thatIsToBeTriedAgain_isMadeWhereTheMachineIsWell() throws Exception {
        cluster.plan();
        DriverProcess retried = cluster.augment(STORE, "--retry-failed");
        assertThat(retried.exit()).as(retried.log()).isZero();
        assertThat(cluster.calls()).allMatch(call -> call.contains(" cloth/hole "));
        assertThat(retried.count("trained")).isEqualTo(1);
        try (ObjectStore store = cluster.open(STORE)) {
            StoredPictures.assertClean(store, LocalCluster.UNITS.size() * LocalCluster.SAMPLES);
        }
    }

    /** With the adapters of the runs before. */
    @Test
    @Order(3)
    void generation_thatEndsItsExecutors_failsAloneAndIsNotTriedAgain() throws Exception {
        cluster.plan("generate wood/stain .* halt");
        DriverProcess first = cluster.augment(STORE, "run.id=second");
        assertThat(first.exit()).as(first.log()).isEqualTo(4);
        assertThat(first.count("failed_units")).isEqualTo(1);
        // A unit has three tasks, which may die at the same time.
        assertThat(deaths("generate wood/stain")).isBetween(2L, 4L);
        assertOthersComplete("second", "wood/stain", "executor");

        cluster.plan("generate wood/stain .* halt");
        DriverProcess rerun = cluster.augment(STORE, "run.id=second");
        assertThat(rerun.exit()).as(rerun.log()).isEqualTo(4);
        assertThat(cluster.calls()).isEmpty();
        assertOthersComplete("second", "wood/stain", "executor");
    }

    /** More often than a unit may kill its executors. */
    @Test
    @Order(4)
    void machines_thatVanish_areNoUnitsFault() throws Exception {
        cluster.plan("generate cloth/hole .* vanish 3");
        DriverProcess run = cluster.augment(STORE, "run.id=third");
        assertThat(run.exit()).as(run.log()).isZero();
        assertThat(deaths("generate cloth/hole")).isGreaterThan(3);
        try (ObjectStore store = cluster.open(STORE)) {
            assertThat(store.list("runs/third/deaths")).isEmpty();
            assertThat(store.list("runs/third/attempts")).isEmpty();
        }
    }

    private static long deaths(String call) {
        return cluster.calls().stream().filter(line -> line.startsWith(call)).count();
    }

    private static void assertOthersComplete(String run, String failed, String reason) {
        List<JsonElement> units = manifest(run).getAsJsonArray("units").asList();
        assertThat(units).hasSize(LocalCluster.UNITS.size());
        for (JsonElement element : units) {
            JsonObject unit = element.getAsJsonObject();
            String name = unit.get("category").getAsString() + "/"
                    + unit.get("defect").getAsString();
            if (name.equals(failed)) {
                assertThat(unit.toString()).contains("error", reason);
            } else {
                assertThat(accepted(unit)).as(unit.toString()).isEqualTo(LocalCluster.SAMPLES);
                assertThat(cluster.store(STORE).resolve("runs/" + run + "/commits/" + name))
                        .isNotEmptyDirectory();
            }
        }
        try (ObjectStore store = cluster.open(STORE)) {
            int samples = (LocalCluster.UNITS.size() - 1) * LocalCluster.SAMPLES;
            StoredPictures.assertClean(store, Optional.of(run), samples);
        }
    }

    private static int accepted(JsonObject unit) {
        return unit.getAsJsonObject("quality").get("accepted").getAsInt();
    }

    private static JsonObject manifest(String run) {
        return CommandLineRun.read(cluster.store(STORE).resolve("runs/" + run + "/manifest.json"));
    }
}
