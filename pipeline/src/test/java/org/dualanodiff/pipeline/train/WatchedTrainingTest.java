package org.dualanodiff.pipeline.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedTrainingTest {

    private static final AdapterId ADAPTER =
            new AdapterId("cloth", "hole", Fingerprint.of("test").build());

    @TempDir
    private Path folder;

    private final AtomicLong seconds = new AtomicLong();

    @Test
    void curve_whileTraining_isWrittenTwiceAMinute() {
        Set<Integer> lastSteps = new HashSet<>();
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            WatchedTraining training = watched(store);
            for (int step = 1; step <= 600; step++) {
                seconds.incrementAndGet();
                training.made(step, 1, 2, 3);
                store.find(StoreLayout.trainingCurve(ADAPTER))
                        .ifPresent(json -> lastSteps.add(curve(json).step()));
            }
            assertThat(lastSteps).hasSize(20).contains(30, 60, 600);
            assertThat(curve(store.read(StoreLayout.trainingCurve(ADAPTER))).points())
                    .allMatch(point -> point.stepsPerSecond() == 1);
        }
    }

    @Test
    void curve_ofAShortTraining_isWrittenOnce() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            WatchedTraining training = watched(store);
            training.made(1, 1, 2, 3);
            assertThat(store.exists(StoreLayout.trainingCurve(ADAPTER))).isFalse();
            training.write();
            assertThat(curve(store.read(StoreLayout.trainingCurve(ADAPTER))).step())
                    .isEqualTo(1);
        }
    }

    @Test
    void curve_thatIsDamaged_isBegunAnewAtTheCheckpoint() {
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            store.write(StoreLayout.trainingCurve(ADAPTER), new byte[] {'{'});
            WatchedTraining training = watched(store);
            training.resume(500);
            training.made(501, 1, 2, 3);
            training.write();
            assertThat(curve(store.read(StoreLayout.trainingCurve(ADAPTER))).step())
                    .isEqualTo(501);
        }
    }

    @Test
    void training_whoseStoreTakesNothing_goesOn() throws Exception {
        Path file = Files.createFile(folder.resolve("a-file"));
        try (ObjectStore store = ObjectStore.open(file.toString(), Map.of())) {
            WatchedTraining training = watched(store);
            training.made(1, 1, 2, 3);
            training.write();
            training.made(2, 1, 2, 3);
        }
        assertThat(file).isEmptyFile();
    }

    private WatchedTraining watched(ObjectStore store) {
        return new WatchedTraining(store, ADAPTER, 1000, () -> seconds.get() * 1_000_000_000);
    }

    private static TrainingCurve curve(byte[] json) {
        return Json.parse(json, TrainingCurve.class, "curve");
    }
}
