package org.dualanodiff.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.plan.EstimatePlan.Estimate;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EstimatePlanTest {

    private static final AdapterId CRACK = new AdapterId("nut", "crack", Fingerprint.ofBytes(new byte[] {1}));
    private static final AdapterId DENT = new AdapterId("nut", "dent", Fingerprint.ofBytes(new byte[] {2}));
    private static final Map<String, String> SETTINGS = Map.of(
            "base-model", "ab12",
            "resolution", "512",
            "compute.precision", "auto",
            "training.steps", "1000",
            "training.batch-size", "4",
            "training.rank", "32",
            "generation.batch-size", "4",
            "generation.background", "generated",
            "generation.steps", "50",
            "generation.guidance-scale", "2.5");

    @TempDir
    private Path folder;

    @Test
    void estimate_fromRunOfOtherLengths_scalesStepsPairsAndDenoisingSteps() {
        // 100 steps in 50 s beside 20 s; 8 pairs of 25 denoising steps in 4 s beside 6 s, half of them good.
        RunManifest earlier = run("old", Instant.EPOCH, Map.of("generation.steps", "25"), 50, 4);
        Estimate estimate = estimate(List.of(earlier), new SampleTarget(1000, 4, 64, 3000), plan(1000));

        Estimate.Cost crack = estimate.units().get(0).cost();
        assertThat(crack.steps()).isEqualTo(1000);
        assertThat(crack.trainingHours()).isCloseTo((20 + 500) / 3600.0, within(1e-9));
        assertThat(crack.pairs()).isEqualTo(2000);
        assertThat(crack.generationHours()).isCloseTo((32 * 6 + 2000 * 1.0) / 3600.0, within(1e-9));
        assertThat(estimate.training().gpu()).isTrue();
        assertThat(estimate.training().device()).isEqualTo("gpu(0)");
        assertThat(estimate.total().hours())
                .isCloseTo(crack.hours() + estimate.units().get(1).cost().hours(), within(1e-9));
    }

    @Test
    void estimate_withSeveralRuns_takesTheNewest() {
        RunManifest old = run("old", Instant.EPOCH, Map.of(), 50, 4);
        RunManifest young = run("young", Instant.EPOCH.plusSeconds(60), Map.of(), 25, 2);
        Estimate estimate = estimate(List.of(young, old), new SampleTarget(10, 4, 64, 10), plan(10));
        assertThat(estimate.training().run()).isEqualTo("young");
        assertThat(estimate.training().perSecond()).isEqualTo(4);
    }

    @Test
    void estimate_withoutRunLikeIt_isNull() {
        RunManifest other = run("other", Instant.EPOCH, Map.of("resolution", "256"), 50, 4);
        Estimate estimate = estimate(List.of(other), new SampleTarget(10, 4, 64, 10), plan(10));
        assertThat(estimate.training()).isNull();
        assertThat(estimate.total().hours()).isNull();
        assertThat(estimate.total().bytes()).isNull();
        assertThat(estimate.total().steps()).isEqualTo(1000);
    }

    @Test
    void estimate_ofTriesThatTheGateMayNotTake_stopsAtThose() {
        RunManifest earlier = run("old", Instant.EPOCH, Map.of(), 50, 4);
        Estimate estimate = estimate(List.of(earlier), new SampleTarget(10, 4, 64, 15), plan(10));
        assertThat(estimate.units().get(0).cost().pairs()).isEqualTo(15);
    }

    @Test
    void estimate_whereAllIsThere_isNothing() {
        Plan nothing = new Plan(List.of(new Plan.Unit(CRACK, false, 10, 0)), List.of());
        Estimate estimate = estimate(List.of(), new SampleTarget(10, 4, 64, 10), nothing);
        assertThat(estimate.total().hours()).isZero();
        assertThat(estimate.total().bytes()).isZero();
    }

    private Estimate estimate(List<RunManifest> manifests, SampleTarget target, Plan plan) {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            return new EstimatePlan(manifests, SETTINGS, target, new AdapterRegistry(store)).of(plan);
        }
    }

    /** One adapter to be trained, and pairs of two. */
    private static Plan plan(int pairs) {
        return new Plan(List.of(new Plan.Unit(CRACK, true, 0, pairs), new Plan.Unit(DENT, false, 0, pairs)), List.of());
    }

    private static RunManifest run(
            String id, Instant finished, Map<String, String> other, double trainingSeconds, double generatingSeconds) {
        Map<String, String> settings = new TreeMap<>(SETTINGS);
        settings.putAll(other);
        RunManifest.Timings timings = new RunManifest.Timings(
                RunManifest.Work.of(List.of(new TaskTimes(15, trainingSeconds, 5, "gpu(0)").within(3, 0, true)), 100),
                RunManifest.Work.of(List.of(new TaskTimes(2, generatingSeconds, 1, "gpu(0)").within(0, 3, true)), 8));
        RunManifest.Unit unit = new RunManifest.Unit(
                "nut",
                "crack",
                Optional.of(CRACK.fingerprint()),
                Optional.empty(),
                new RunManifest.SampleCounts(8, 0, 8, 4, 4, 0),
                generatingSeconds,
                timings,
                List.of(new RunManifest.OutputFile("p.parquet", 8000, Optional.of(8L), Optional.empty())),
                Optional.of(new RunManifest.Quality(4, 4, 4, Map.of("no_change", 4))),
                Optional.empty());
        return RunManifest.of(id, Instant.EPOCH, finished, settings, List.of(unit), List.of(), Map.of());
    }
}
