package org.dualanodiff.jobs.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunRegistry.UnitState;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a run under way, made from what a driver and a training leave in the store as they go. */
class WriteProgressTest {

    private static final String RUN = "night";
    private static final AdapterId HOLE =
            new AdapterId("cloth", "hole", Fingerprint.of("hole").build());
    private static final AdapterId STAIN =
            new AdapterId("cloth", "stain", Fingerprint.of("stain").build());

    @TempDir
    private Path folder;

    @Test
    void page_isWrittenAsLongAsSomebodyWorks() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            WriteProgress progress = new WriteProgress(store, RUN);
            assertThat(progress.write()).as("before").isEmpty();
            try (RunLease lease = lease(store);
                    UnitStates states = states(store)) {
                states.enter(HOLE, UnitState.TRAINING);
                trained(store, 7, 5);
                store.write(StoreLayout.status(RUN), Json.bytes(states.status()));

                String page = new String(progress.write().orElseThrow(), UTF_8);
                assertThat(page).contains("cloth/hole", "step 7 of 10", "Sample sheet after step 5", "process");
                assertThat(store.read(StoreLayout.report(RUN))).asString().isEqualTo(page);

                trained(store, 9, 8);
                assertThat(progress.write().map(String::new).orElseThrow())
                        .contains("step 9 of 10", "Sample sheet after step 8");

                trained(store, 10, 8);
                progress.write();
                trained(store, 10, 10);
                states.enter(HOLE, UnitState.GENERATING);
                store.write(StoreLayout.status(RUN), Json.bytes(states.status()));
                assertThat(progress.write().map(String::new).orElseThrow())
                        .as("the sheet of the last step comes after its numbers")
                        .contains("Sample sheet after step 10");
            }
            assertThat(progress.write()).as("after").isEmpty();
        }
    }

    @Test
    void page_withARecordThatIsDamaged_isNotWrittenAndNobodyElseSuffers() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of());
                RunLease lease = lease(store);
                UnitStates states = states(store)) {
            states.enter(HOLE, UnitState.TRAINING);
            trained(store, 7, 5);
            store.write(StoreLayout.sheet(HOLE, 5), new byte[] {1, 2, 3});
            store.write(StoreLayout.status(RUN), Json.bytes(states.status()));
            assertThat(new WriteProgress(store, RUN).write().map(String::new).orElseThrow())
                    .contains("step 7 of 10")
                    .doesNotContain("Sample sheet");
        }
    }

    @Test
    void status_ofADriverWhoseRunAnotherOneHas_isNotTouchedByTheFirst() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            RunLease.Fence first;
            try (RunLease lease = lease(store)) {
                first = lease.fence();
            }
            try (RunLease second = lease(store)) {
                store.write(StoreLayout.status(RUN), new byte[] {1});
                UnitStates.watch(store, first, Instant.now(), new UnitStates.Work(2, 2, 20, 0.5))
                        .close();
                second.requireHeld();
            }
            assertThat(store.read(StoreLayout.status(RUN))).containsExactly(1);
        }
    }

    @Test
    void status_namesUnitsUnderWayThenThoseThatFailedThenThoseThatAreComplete() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of());
                UnitStates states = states(store)) {
            states.enter(HOLE, UnitState.TRAINING);
            states.end(HOLE, Optional.empty());
            states.enter(STAIN, UnitState.TRAINING);
            assertThat(states.status().shown())
                    .extracting(
                            unit -> unit.adapter().defect() + " " + unit.state().word())
                    .containsExactly("stain training", "hole complete");
            states.end(STAIN, Optional.of("no mask"));
            assertThat(states.status().shown())
                    .extracting(
                            unit -> unit.adapter().defect() + " " + unit.state().word())
                    .containsExactly("stain failed", "hole complete");
            assertThat(states.status().units()).containsEntry("complete", 1).containsEntry("failed", 1);
        }
    }

    @Test
    void timeLeft_whileSomethingTrains_followsFromRecordedSteps() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of());
                UnitStates states = states(store)) {
            states.enter(HOLE, UnitState.TRAINING);
            states.judge();
            assertThat(states.status().secondsLeft()).as("before a step").isEmpty();

            trained(store, 7, 5);
            states.judge();
            assertThat(states.status().secondsLeft().orElseThrow())
                    .as("3 steps, another training of 10, and 20 pairs of half a step each, a second a step")
                    .isBetween(22.0, 23.0);
            states.enter(STAIN, UnitState.TRAINING);
            states.judge();
            assertThat(states.status().secondsLeft().orElseThrow())
                    .as("it waits for its machine")
                    .isBetween(22.0, 23.0);

            trained(store, 10, 10);
            states.enter(HOLE, UnitState.GENERATING);
            states.judge();
            assertThat(states.status().secondsLeft().orElseThrow())
                    .as("at the pace of the training that has ended")
                    .isBetween(19.0, 20.0);

            states.committed(HOLE, 10, UnitCommit.nothing(RUN, HOLE));
            states.end(HOLE, Optional.empty());
            trained(store, STAIN, 6, 5);
            states.judge();
            assertThat(states.status().secondsLeft().orElseThrow())
                    .as("4 steps, and the other 10 pairs")
                    .isBetween(8.0, 9.0);
        }
    }

    private static void trained(ObjectStore store, int step, int sheet) {
        trained(store, HOLE, step, sheet);
    }

    private static void trained(ObjectStore store, AdapterId adapter, int step, int sheet) {
        TrainingCurve curve = TrainingCurve.begin(10);
        for (int i = 1; i <= step; i++) {
            curve = curve.with(new TrainingCurve.Point(i, 1.0 / i, 1, 1e-4, 1, 1));
        }
        store.write(StoreLayout.trainingCurve(adapter), Json.bytes(curve.withSheet(sheet)));
        store.write(
                StoreLayout.sheet(adapter, sheet),
                PngCodec.encode(new BufferedImage(64, 32, BufferedImage.TYPE_3BYTE_BGR)));
    }

    private static RunLease lease(ObjectStore store) {
        return RunLease.acquire(
                store, RUN, new RunLease.LeaseTerms(Duration.ofSeconds(90), Duration.ZERO), line -> {}, () -> {});
    }

    private static UnitStates states(ObjectStore store) {
        return UnitStates.watch(store, RunLease.Fence.none(RUN), Instant.now(), new UnitStates.Work(2, 2, 20, 0.5));
    }
}
