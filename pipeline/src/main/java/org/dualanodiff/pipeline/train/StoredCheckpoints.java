package org.dualanodiff.pipeline.train;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.StoredFile;

/** The resumable states of one training in the store, where any other executor can go on from them. */
final class StoredCheckpoints {

    private static final String FILE = "/state.safetensors";
    private static final Pattern STEP = Pattern.compile(".*/step-(\\d+)" + FILE);

    private final ObjectStore store;
    private final AdapterId adapter;

    StoredCheckpoints(ObjectStore store, AdapterId adapter) {
        this.store = store;
        this.adapter = adapter;
    }

    /** Copies the newest state to {@code local} and returns its step; 0 if there is none. */
    int fetchNewest(Path local) {
        Optional<StoredFile> newest = store.list(StoreLayout.checkpoints(adapter)).stream()
                .filter(file -> STEP.matcher(file.key()).matches())
                .max(Comparator.comparingInt(file -> step(file.key())));
        newest.ifPresent(file -> store.download(file.key(), local));
        return newest.map(file -> step(file.key())).orElse(0);
    }

    /** Passes everything on to {@code listener} and uploads each state, then drops the one before it. */
    TrainingListener uploading(TrainingListener listener) {
        return new TrainingListener() {
            @Override
            public void afterStep(int step, int steps, double loss) {
                listener.afterStep(step, steps, loss);
            }

            @Override
            public void afterCheckpoint(int step, Path state) {
                String key = key(step);
                store.upload(state, key);
                store.list(StoreLayout.checkpoints(adapter)).stream()
                        .map(StoredFile::key)
                        .filter(other -> !other.equals(key))
                        .forEach(store::delete);
                listener.afterCheckpoint(step, state);
            }
        };
    }

    /** Removes all states, once the adapter is published. */
    void delete() {
        store.delete(StoreLayout.checkpoints(adapter));
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
