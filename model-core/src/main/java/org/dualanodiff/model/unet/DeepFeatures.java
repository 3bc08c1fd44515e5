package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * Features from deep inside the U-Net, which change little between neighbouring steps: one pass computes them, the next
 * ones run the outermost layers on them (DeepCache: Ma, Fang and Wang, CVPR 2024, with its skip branch 0 and its uniform
 * interval). For the passes of one sampling, in their order.
 */
public final class DeepFeatures implements AutoCloseable {

    private final int interval;
    private long[] kind;
    private NDArray features;
    private int uses;

    /** @param interval passes that share deep features; 1: each computes its own */
    public DeepFeatures(int interval) {
        this.interval = interval;
    }

    /** Passes that share deep features. */
    public int interval() {
        return interval;
    }

    /** Whether the next pass may go on from here; a pass over another number of latents or texts may not. */
    boolean fit(NDArray latents, NDArray text) {
        long[] wanted = {Tensors.shape(latents)[0], Tensors.shape(text)[0]};
        boolean fit = features != null && uses < interval && Arrays.equals(kind, wanted);
        kind = wanted;
        return fit;
    }

    NDArray reuse() {
        uses++;
        return features;
    }

    boolean holds(NDArray tensor) {
        return features == tensor;
    }

    void keep(NDArray computed) {
        if (interval > 1) {
            forget();
            features = TensorScope.disown(computed);
            uses = 1;
        }
    }

    /** The next pass computes them. */
    public void forget() {
        close();
        features = null;
    }

    @Override
    public void close() {
        if (features != null) {
            features.close();
        }
    }
}
