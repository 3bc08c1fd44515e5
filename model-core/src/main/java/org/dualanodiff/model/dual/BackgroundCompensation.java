package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.dualanodiff.model.dual.DualAdapter.AdapterTensors;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * BCM, the background compensation module (paper, section 3.3): in self-attention the GLOBAL branch
 * takes its keys and values from a mixture of itself and of the clean background's features,
 * {@code (1 - a) h + a MLP(reference)}; the queries stay {@code h}.
 *
 * <p>The MLP is two linear layers with nothing between them, {@code a} one learned number, 0 at first.
 */
public final class BackgroundCompensation {

    /** Width between the two linear layers, whatever the attention's width. */
    static final int INNER_WIDTH = 320;

    static final String MLP = "temporal_condition_mlp.";
    static final String SHARE = "temporal_a";

    private final NDArray share;
    private final NDArray weight1;
    private final NDArray bias1;
    private final NDArray weight2;
    private final NDArray bias2;

    private BackgroundCompensation(AdapterTensors tensors) {
        share = tensors.get(SHARE);
        weight1 = tensors.get(MLP + "0.weight");
        bias1 = tensors.get(MLP + "0.bias");
        weight2 = tensors.get(MLP + "1.weight");
        bias2 = tensors.get(MLP + "1.bias");
    }

    static BackgroundCompensation of(AdapterTensors tensors) {
        return new BackgroundCompensation(tensors);
    }

    /**
     * What self-attention makes keys and values from.
     *
     * @param h (B*2, S, C), rows (b f)
     * @param reference (B, S, C), this layer's input in the pass over the clean background
     * @return (B*2, S, C): GLOBAL rows mixed, ANOMALY rows as they are
     */
    public NDArray source(NDArray h, NDArray reference) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(DualOperators.mixIntoGlobal(h, translated(reference), share));
        }
    }

    /** As {@link #source}, on rows (f b). */
    NDArray sourceByBranch(NDArray h, NDArray reference) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(DualOperators.mixIntoGlobalHalf(h, translated(reference), share));
        }
    }

    private NDArray translated(NDArray reference) {
        return DualOperators.adapterLinear(DualOperators.adapterLinear(reference, weight1, bias1), weight2, bias2);
    }

    /**
     * What every self-attention saw in the reference pass over the clean background.
     *
     * @param byAttention (B, S, C) by the attention's path; empty without BCM
     */
    public record BackgroundFeatures(Map<String, NDArray> byAttention) implements AutoCloseable {

        /** No background compensation. */
        public static final BackgroundFeatures NONE = new BackgroundFeatures(Map.of());

        /** The features of one attention; null for cross-attention and without BCM. */
        NDArray at(Attention attention) {
            NDArray features = byAttention.get(attention.path());
            if (features == null && !attention.cross() && !byAttention.isEmpty()) {
                throw new IllegalStateException("the reference pass did not reach " + attention.path());
            }
            return features;
        }

        /** Those of one reference pass, or none of them if it fails. */
        static BackgroundFeatures recorded(Consumer<Recorder> pass) {
            Recorder recorder = new Recorder();
            try (ConstructionScope features = ConstructionScope.begin()) {
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

    /** Whether an adapter has background compensation (BCM), and on which latents of the background. */
    public enum BackgroundMode {
        /** No background compensation: textures, and products that fill the frame. */
        OFF,
        /** As released: the latents of the background are not multiplied by the scaling factor. */
        UNSCALED,
        /** The latents of the background are scaled as those of the images are. */
        SCALED
    }
}
