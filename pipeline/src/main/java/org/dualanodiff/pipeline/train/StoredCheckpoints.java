package org.dualanodiff.pipeline.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The resumable states of one training in the store, where any other executor can go on from them. */
final class StoredCheckpoints {

    private static final Logger LOG = LoggerFactory.getLogger(StoredCheckpoints.class);
    private static final String FILE = "/state.safetensors";
    private static final Pattern STEP = Pattern.compile(".*/step-(\\d+)" + FILE);

    private final ObjectStore store;
    private final AdapterId adapter;
    private boolean any;

    StoredCheckpoints(ObjectStore store, AdapterId adapter) {
        this.store = store;
        this.adapter = adapter;
    }

    /**
     * Copies the newest state that training can go on from to {@code local} and returns its step; 0 if there is none.
     * One that is damaged, or holds settings as another version wrote them, is dropped, since it would stop every
     * attempt at this training.
     *
     * @param resumable whether a state that is whole is of this training
     */
    int fetchNewest(Path local, Predicate<Path> resumable) throws IOException {
        List<String> newestFirst = keys().stream()
                .sorted(Comparator.comparingInt(StoredCheckpoints::step).reversed())
                .toList();
        for (String key : newestFirst) {
            any = true;
            store.download(key, local);
            if (isWhole(local) && resumable.test(local)) {
                return step(key);
            }
            LOG.warn("the checkpoint {} is damaged or of other settings, and dropped", store.uri(key));
            Files.delete(local);
            store.delete(key);
        }
        return 0;
    }

    private static boolean isWhole(Path state) {
        try {
            SafetensorsFile.open(state);
            return true;
        } catch (CheckpointException e) {
            return false;
        }
    }

    /**
     * Passes everything on to {@code listener} and uploads each state, before it hears of it, then drops those before it.
     *
     * @param minutes after which a state is wanted, whatever the steps; 0: never
     */
    TrainingListener uploading(TrainingListener listener, int minutes) {
        return new TrainingListener() {
            private Stopwatch sinceCheckpoint = Stopwatch.start();

            @Override
            public void afterStep(int step, int steps, double loss) {
                listener.afterStep(step, steps, loss);
            }

            @Override
            public boolean wantsCheckpoint(int step) {
                return listener.wantsCheckpoint(step) || minutes > 0 && sinceCheckpoint.seconds() >= 60.0 * minutes;
            }

            @Override
            public void afterCheckpoint(int step, Path state) {
                store.upload(state, key(step));
                // Not those after it: an attempt that was taken for dead must not undo what its successor has done.
                store.deleteFiles(
                        keys().stream().filter(other -> step(other) < step).toList());
                any = true;
                sinceCheckpoint = Stopwatch.start();
                listener.afterCheckpoint(step, state);
            }
        };
    }

    /** Removes the states that this training has found or made, once the adapter is published; some may stay. */
    void delete() {
        if (any) {
            try {
                store.deleteFiles(keys());
            } catch (StoreException e) {
                LOG.warn("the checkpoints of {} stay: {}", adapter, e.getMessage());
            }
        }
    }

    private List<String> keys() {
        return store.list(StoreLayout.checkpoints(adapter)).stream()
                .map(StoredFile::key)
                .filter(key -> STEP.matcher(key).matches())
                .toList();
    }

    private String key(int step) {
        return StoreLayout.checkpoint(adapter, step) + FILE;
    }

    private static int step(String key) {
        Matcher matcher = STEP.matcher(key);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a checkpoint: " + key);
        }
        return Integer.parseInt(matcher.group(1));
    }
}
