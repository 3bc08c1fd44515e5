package org.dualanodiff.pipeline.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredCheckpointsTest {

    private static final AdapterId ADAPTER =
            new AdapterId("cloth", "hole", Fingerprint.of("test").build());

    @TempDir
    Path folder;

    private ObjectStore store;
    private StoredCheckpoints checkpoints;

    @BeforeEach
    void open() {
        store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
        checkpoints = new StoredCheckpoints(store, ADAPTER);
    }

    @Test
    void checkpoint_uploaded_replacesThoseBeforeIt() throws IOException {
        TrainingListener uploading = checkpoints.uploading(TrainingListener.NONE, 0);
        uploading.afterCheckpoint(2, state(2));
        uploading.afterCheckpoint(10, state(10));

        assertThat(store.list(StoreLayout.checkpoints(ADAPTER))).hasSize(1);
        assertThat(fetch()).isEqualTo(10);
    }

    @Test
    void checkpoint_ofAnAttemptThatLagsBehind_leavesTheLaterOne() throws IOException {
        checkpoints.uploading(TrainingListener.NONE, 0).afterCheckpoint(10, state(10));
        checkpoints.uploading(TrainingListener.NONE, 0).afterCheckpoint(2, state(2));

        assertThat(fetch()).isEqualTo(10);
    }

    @Test
    void newest_thatIsCutShort_isDroppedForTheOneBefore() throws IOException {
        checkpoints.uploading(TrainingListener.NONE, 0).afterCheckpoint(2, state(2));
        byte[] whole = Files.readAllBytes(state(4));
        String key = StoreLayout.checkpoint(ADAPTER, 4) + "/state.safetensors";
        store.write(key, Arrays.copyOf(whole, whole.length - 8));

        assertThat(fetch()).isEqualTo(2);
        assertThat(store.exists(key)).isFalse();
    }

    @Test
    void newest_ofOtherSettings_isDroppedForTheOneBefore() throws IOException {
        checkpoints.uploading(TrainingListener.NONE, 0).afterCheckpoint(10, state(10));
        checkpoints.uploading(TrainingListener.NONE, 0).afterCheckpoint(2, state(2));

        assertThat(checkpoints.fetchNewest(
                        folder.resolve("local"), state -> !step(state).equals("10")))
                .isEqualTo(2);
        assertThat(store.list(StoreLayout.checkpoints(ADAPTER))).hasSize(1);
    }

    @Test
    void newest_ofNone_isStep0AndNoFile() throws IOException {
        assertThat(checkpoints.fetchNewest(folder.resolve("local"), state -> true))
                .isZero();
        assertThat(folder.resolve("local")).doesNotExist();
    }

    @Test
    void checkpoint_byTheClock_isNotWantedBeforeItsTime() {
        assertThat(checkpoints.uploading(TrainingListener.NONE, 0).wantsCheckpoint(1))
                .isFalse();
        assertThat(checkpoints.uploading(TrainingListener.NONE, 1).wantsCheckpoint(1))
                .isFalse();
    }

    @Test
    void checkpoint_thatTheListenerWants_isWantedAndStoredBeforeItHearsOfIt() throws IOException {
        AtomicBoolean stored = new AtomicBoolean();
        TrainingListener leaving = new TrainingListener() {
            @Override
            public void afterStep(int step, int steps, double loss) {}

            @Override
            public boolean wantsCheckpoint(int step) {
                return true;
            }

            @Override
            public void afterCheckpoint(int step, Path state) {
                stored.set(store.exists(StoreLayout.checkpoint(ADAPTER, step) + "/state.safetensors"));
            }
        };
        assertThat(checkpoints.uploading(leaving, 0).wantsCheckpoint(1)).isTrue();
        checkpoints.uploading(leaving, 0).afterCheckpoint(1, state(1));
        assertThat(stored).isTrue();
    }

    private int fetch() throws IOException {
        Path local = folder.resolve("local");
        int step = checkpoints.fetchNewest(local, state -> true);
        assertThat(step(local)).isEqualTo(Integer.toString(step));
        return step;
    }

    private static String step(Path state) {
        return SafetensorsFile.open(state).metadata().get("step");
    }

    private Path state(int step) throws IOException {
        Path state = folder.resolve("state-" + step);
        TensorData tensor = new TensorData(DType.F32, new long[] {4}, () -> ByteBuffer.allocate(16));
        SafetensorsWriter.write(state, Map.of("w", tensor), Map.of("step", Integer.toString(step)));
        return state;
    }
}
