package org.dualanodiff.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.dualanodiff.pipeline.store.LeaseFiles.LeaseRecord;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunLeaseTest {
    private static final LeaseTerms LEAVE = new LeaseTerms(Duration.ofMillis(600), Duration.ZERO);
    private static final LeaseTerms WAIT = new LeaseTerms(Duration.ofMillis(600), Duration.ofSeconds(30));

    @TempDir
    Path folder;

    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final AtomicInteger losses = new AtomicInteger();
    private ObjectStore store;

    @BeforeEach
    void open() {
        store = ObjectStore.open(folder.toString(), Map.of());
    }

    @Test
    void lease_ofFreeRun_isTakenAtOnceAndGivenBack() {
        acquire(LEAVE).close();
        acquire(LEAVE).close();

        assertThat(notices).isEmpty();
        assertThat(store.list("runs/r/lease")).hasSize(1);
        assertThat(RunLease.isHeld(store, "r", Instant.now())).isFalse();
    }

    @Test
    void lease_ofRunWithLivingDriver_isRefusedWithItsName() {
        try (RunLease held = acquire(LEAVE)) {
            assertThatThrownBy(() -> acquire(LEAVE))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("run r is being worked on by process")
                    .hasMessageContaining("run.lease.wait-seconds");
            held.requireHeld();
            assertThat(RunLease.isHeld(store, "r", Instant.now())).isTrue();
        }
    }

    @Test
    void file_ofATaskWhoseDriverWasTakenOver_isNotWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "pairs");
        RunLease.Fence fence;
        try (RunLease first = acquire(LEAVE)) {
            fence = first.fence();
            fence.upload(store, file, "staging/a");
        }
        acquire(LEAVE).close();

        assertThatThrownBy(() -> fence.upload(store, file, "staging/b")).hasMessageContaining("was taken over");
        assertThat(store.list("staging")).extracting(StoredFile::key).containsExactly("staging/a");
    }

    @Test
    void task_onAMachineThatSeesAnotherStore_isRefused() {
        try (RunLease lease = acquire(LEAVE);
                ObjectStore other = ObjectStore.open(folder.resolve("other").toString(), Map.of())) {
            lease.fence().requireSameStore(store);
            assertThatThrownBy(() -> lease.fence().requireSameStore(other))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContainingAll(
                            "nothing of run r in the store", "other", "a store that all machines share");
            RunLease.Fence.none("r").requireSameStore(other);
        }
    }

    @Test
    void lease_withTimeToWait_isTakenWhenTheFirstDriverEnds() throws Exception {
        RunLease first = acquire(LEAVE);
        ExecutorService second = Executors.newSingleThreadExecutor();
        Future<RunLease> waiting = second.submit(() -> acquire(WAIT));
        Thread.sleep(1500);
        assertThat(waiting).isNotDone();

        first.close();

        waiting.get().close();
        second.shutdown();
        assertThat(notices).singleElement().asString().contains("watching whether it lives");
    }

    @Test
    void lease_ofDeadDriver_isTakenOverAfterItsExpiry() {
        LeaseRecord dead = RunLease.record(7, Duration.ofMillis(700));
        new LeaseFiles(store, "r").create(dead);
        long begun = System.nanoTime();

        acquire(LEAVE).close();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(700));
        assertThat(notices).last().asString().contains("has died; taking over");
        assertThat(new LeaseFiles(store, "r").highest()).isEqualTo(8);
    }

    @Test
    void lease_ofDeadDriverUnderManyContenders_hasOneWinner() throws Exception {
        new LeaseFiles(store, "r").create(RunLease.record(1, Duration.ofMillis(300)));
        ExecutorService contenders = Executors.newFixedThreadPool(6);
        List<Callable<RunLease>> tries = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            tries.add(() -> acquire(LEAVE));
        }
        List<RunLease> winners = new ArrayList<>();
        for (Future<RunLease> result : contenders.invokeAll(tries)) {
            try {
                winners.add(result.get());
            } catch (java.util.concurrent.ExecutionException refused) {
                assertThat(refused.getCause()).isInstanceOf(StoreException.class);
            }
        }
        contenders.shutdown();
        assertThat(winners).hasSize(1);
        winners.get(0).requireHeld();
        winners.get(0).close();
    }

    @Test
    void holder_takenForDead_learnsItAndStops() throws InterruptedException {
        RunLease sleeper = acquire(LEAVE);
        new LeaseFiles(store, "r").create(RunLease.record(2, Duration.ofSeconds(5)));

        assertThatThrownBy(sleeper::requireHeld).hasMessageContaining("taken over by another driver");
        Thread.sleep(500);
        assertThat(sleeper.lost()).isTrue();
        assertThat(losses).hasValue(1);
        sleeper.close();
        assertThat(new LeaseFiles(store, "r").latest())
                .hasValueSatisfying(record -> assertThat(record.released()).isFalse());
    }

    @Test
    void create_ofNumberThatOthersHavePassed_isRefused() {
        LeaseFiles files = new LeaseFiles(store, "r");
        files.create(RunLease.record(6, Duration.ofSeconds(5)));

        assertThat(files.create(RunLease.record(5, Duration.ofSeconds(5)))).isFalse();
        assertThat(files.latest())
                .hasValueSatisfying(record -> assertThat(record.number()).isEqualTo(6));
    }

    private RunLease acquire(LeaseTerms terms) {
        return RunLease.acquire(store, "r", terms, notices::add, losses::incrementAndGet);
    }
}
