package org.dualanodiff.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.dualanodiff.jobs.s3.DriverProcess;
import org.dualanodiff.jobs.s3.StoredPictures;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A machine of a standalone cluster is told that it is going to be taken away, while it trains: a spot instance's notice. */
@Tag("slow")
@Tag("cluster")
@Timeout(1200)
class DecommissionTest {

    private static final Pattern LEFT = Pattern.compile("goes on elsewhere from its checkpoint of step (\\d+)");
    private static final Pattern RESUMED = Pattern.compile("goes on from its checkpoint of step (\\d+)");

    private static final List<String> UNITS = List.of("cloth/hole", "cloth/stain", "wood/hole", "wood/stain");
    private static final int SAMPLES = 4;

    /** Long enough to be interrupted, and no checkpoints but the one that the notice is the reason of. */
    private static final String[] ONE_LONG_TRAINING = {
        "training.steps=20",
        "training.checkpoint-every=1000000",
        "training.checkpoint-minutes=0",
        "generation.samples-per-defect=" + SAMPLES,
        "spark.conf.spark.decommission.enabled=true"
    };

    @TempDir
    private static Path folder;

    private static ClusterRuns runs;

    @BeforeAll
    static void start() throws Exception {
        runs = ClusterRuns.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (runs != null) {
            runs.close();
        }
    }

    @Test
    void trainings_onAMachineThatGetsNotice_goOnElsewhereWithoutLosingAStep() throws Exception {
        DriverProcess undisturbed = runs.submit(DeployMode.CLIENT, "undisturbed", ONE_LONG_TRAINING);
        assertThat(undisturbed.exit()).as(undisturbed.log()).isZero();
        assertThat(steps(LEFT)).isEmpty();

        DriverProcess augment = runs.submit(DeployMode.CLIENT, "moved", ONE_LONG_TRAINING);
        augment.await(
                "four trainings",
                () -> UNITS.stream().allMatch(unit -> augment.log().contains(unit + ": step 2/")));
        runs.cluster().giveNotice(0);
        assertThat(augment.exit()).as(augment.log()).isZero();

        List<Integer> left = steps(LEFT);
        assertThat(left).as("one for each GPU of the machine").hasSize(2).allMatch(step -> step > 0 && step < 20);
        assertThat(steps(RESUMED)).containsExactlyInAnyOrderElementsOf(left);
        assertThat(runs.pictures("moved")).isNotEmpty().isEqualTo(runs.pictures("undisturbed"));
        try (ObjectStore opened = runs.server().open("moved")) {
            StoredPictures.assertClean(opened, UNITS.size() * SAMPLES);
        }
    }

    /** As executors have logged them. */
    private static List<Integer> steps(Pattern line) {
        return line.matcher(runs.cluster().logs())
                .results()
                .map(found -> Integer.parseInt(found.group(1)))
                .toList();
    }
}
