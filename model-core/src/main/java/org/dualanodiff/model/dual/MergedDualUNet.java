package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundFeatures;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.unet.DeepFeatures;
import org.dualanodiff.model.unet.UNet;

/**
 * The U-Net with an adapter folded in, for sampling: the same numbers as {@link DualUNet} up to rounding, at
 * little more than the base model's cost. Keys and values of a text are computed once and kept.
 *
 * <p>Inside, rows are (f b): all GLOBAL rows, then all ANOMALY rows, so that one batched matrix product
 * serves both branches.
 */
public final class MergedDualUNet implements PairDenoiser, AutoCloseable {

    private final UNet unet;
    private final Map<String, MergedAttention> attentions;
    private final Map<NDArray, Map<String, NDArray[]>> texts = new IdentityHashMap<>();
    private final DeepFeatures deep;
    private final DeepFeatures deepReference;
    private CrossAttentionMap witness;

    /** Every step computes all of the U-Net. */
    public MergedDualUNet(UNet unet, MergedAdapter adapter) {
        this(unet, adapter, 1);
    }

    /**
     * @param adapter owned by the caller
     * @param interval steps of a sampling that share deep features, see {@link DeepFeatures}
     */
    public MergedDualUNet(UNet unet, MergedAdapter adapter, int interval) {
        this(unet, adapter.attentions(), interval);
        NativeHeap.trim();
    }

    private MergedDualUNet(UNet unet, Map<String, MergedAttention> attentions, int interval) {
        this.unet = unet;
        this.attentions = attentions;
        this.deep = new DeepFeatures(interval);
        this.deepReference = new DeepFeatures(interval);
    }

    /** The same, except that the branches do not hear one another: SAIM is left out. The caller closes it. */
    public MergedDualUNet withoutInteraction() {
        Map<String, MergedAttention> alone = new LinkedHashMap<>();
        attentions.forEach((path, merged) -> alone.put(path, merged.withoutInteraction()));
        return new MergedDualUNet(unet, alone, deep.interval());
    }

    @Override
    public NDArray forward(NDArray latents, NDArray timesteps, NDArray text, BackgroundFeatures background) {
        return forward(latents, timesteps, text, new Pass(Tensors.shape(latents)[0], keysAndValues(text), background));
    }

    /** Up to the first cross-attention the halves are the same and computed once, unless each has a background of its own. */
    @Override
    public NDArray bothHalves(NDArray latents, NDArray timesteps, NDArray text, BackgroundFeatures background) {
        if (background != BackgroundFeatures.NONE) {
            return PairDenoiser.super.bothHalves(latents, timesteps, text, background);
        }
        long rows = 2 * Tensors.shape(latents)[0];
        return forward(latents, timesteps, text, new Pass(rows, keysAndValues(text), background));
    }

    private NDArray forward(NDArray latents, NDArray timesteps, NDArray text, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray noise = unet.forward(
                    DualOperators.branchFirst(latents), byBranch(timesteps), text, pass, UNet.Listener.NONE, deep);
            return scope.release(DualOperators.branchLast(noise));
        }
    }

    /** The attentions of one forward pass that ends with {@code rows} rows. */
    private final class Pass implements AttentionProcessor {

        private final long rows;
        private final Map<String, NDArray[]> keysValues;
        private final BackgroundFeatures background;

        Pass(long rows, Map<String, NDArray[]> keysValues, BackgroundFeatures background) {
            this.rows = rows;
            this.keysValues = keysValues;
            this.background = background;
        }

        @Override
        public NDArray process(Attention attention, NDArray hidden, NDArray text) {
            MergedAttention merged = attentions.get(attention.path());
            if (!attention.cross()) {
                return merged.self(hidden, background.at(attention));
            }
            try (TensorScope scope = TensorScope.open()) {
                NDArray[] byText = keysValues.get(attention.path());
                long times = rows / Tensors.shape(byText[0])[0];
                NDArray keys = Operators.repeatRows(byText[0], times);
                NDArray values = Operators.repeatRows(byText[1], times);
                return scope.release(merged.cross(hidden, keys, values, witness));
            }
        }

        @Override
        public NDArray spread(NDArray features, NDArray like) {
            return DualOperators.spreadBranches(features, Tensors.shape(like)[0] / Tensors.shape(features)[0]);
        }
    }

    private static NDArray byBranch(NDArray timesteps) {
        return Tensors.shape(timesteps)[0] == 1 ? timesteps : DualOperators.branchFirst(timesteps);
    }

    /**
     * A new sampling begins: nothing of the one before is used.
     *
     * @param witness is shown the attention to the defect's words; null for nobody
     */
    public void begin(CrossAttentionMap witness) {
        this.witness = witness;
        forget();
    }

    @Override
    public void forget() {
        deep.forget();
        deepReference.forget();
    }

    /** For every cross-attention; owned by this object. */
    private Map<String, NDArray[]> keysAndValues(NDArray text) {
        return texts.computeIfAbsent(text, this::projected);
    }

    private Map<String, NDArray[]> projected(NDArray text) {
        Map<String, NDArray[]> all = new LinkedHashMap<>();
        try (ConstructionScope parts = ConstructionScope.begin();
                TensorScope scope = TensorScope.open()) {
            NDArray rows = DualOperators.branchFirst(unet.input(text));
            attentions.forEach((path, merged) -> {
                if (merged.base().cross()) {
                    NDArray[] keysValues = merged.keysAndValues(rows);
                    all.put(path, new NDArray[] {
                        TensorScope.disown(Operators.copy(keysValues[0])),
                        TensorScope.disown(Operators.copy(keysValues[1]))
                    });
                }
            });
            parts.finish();
        }
        return all;
    }

    /** GLOBAL's half of the merged weights. Where the deep features fit, only those of the outermost attentions are recorded. */
    @Override
    public BackgroundFeatures background(NDArray latents, NDArray timesteps, NDArray text) {
        return BackgroundFeatures.recorded(recorder -> unet.forward(
                latents,
                timesteps,
                text,
                (attention, hidden, states) -> {
                    recorder.record(attention, hidden);
                    return attentions.get(attention.path()).global(hidden, states);
                },
                UNet.Listener.NONE,
                deepReference));
    }

    @Override
    public void close() {
        deep.close();
        deepReference.close();
        texts.values()
                .forEach(byPath -> byPath.values().forEach(keysValues -> {
                    keysValues[0].close();
                    keysValues[1].close();
                }));
    }

    /** Memory that libtorch has freed on a CPU: Linux's allocator keeps much of it, in pieces, for what may come. */
    public static final class NativeHeap {

        private NativeHeap() {}

        /** The function of the C library that is used; others than glibc do not have it. */
        interface Calls extends Library {
            int malloc_trim(NativeLong pad);
        }

        /** Gives what is free back to the system: worth it after much was freed that will not be needed again, such as a folded adapter. */
        public static void trim() {
            if (Platform.isLinux()) {
                try {
                    Native.load("c", Calls.class).malloc_trim(new NativeLong(0));
                } catch (LinkageError absent) {
                    // Then it stays, as it would have.
                }
            }
        }
    }
}
