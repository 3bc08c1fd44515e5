package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Unfinished;

/**
 * What every self-attention saw in the reference pass over the clean background.
 *
 * @param byAttention (B, S, C) by the attention's path; empty without BCM
 */
public record BackgroundFeatures(Map<String, NDArray> byAttention) implements AutoCloseable {

    /** No background compensation. */
    public static final BackgroundFeatures NONE = new BackgroundFeatures(Map.of());

    /** The features of one attention, or null. */
    NDArray at(Attention attention) {
        return byAttention.get(attention.path());
    }

    /** Those of one reference pass, or none of them if it fails. */
    static BackgroundFeatures recorded(Consumer<Recorder> pass) {
        Recorder recorder = new Recorder();
        try (Unfinished features = Unfinished.begin()) {
            pass.accept(recorder);
            features.finish();
        }
        return recorder.recorded();
    }

    @Override
    public void close() {
        byAttention.values().forEach(NDArray::close);
    }

    /** Collects the features while the reference pass runs. */
    public static final class Recorder {

        private final Map<String, NDArray> features = new HashMap<>();

        void record(Attention attention, NDArray hidden) {
            if (!attention.cross()) {
                features.put(attention.path(), TensorScope.disown(hidden));
            }
        }

        public BackgroundFeatures recorded() {
            return new BackgroundFeatures(Map.copyOf(features));
        }
    }
}
