package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.nn.AttentionProcessor;

/**
 * What every block of one forward pass is given.
 *
 * @param time SiLU of the time embedding, (N or 1, timeEmbeddingDim)
 * @param text (M, T, D)
 */
record UNetPass(NDArray time, NDArray text, AttentionProcessor processor, UNetListener listener) {

    NDArray seen(String name, NDArray features) {
        listener.features(name, features);
        return features;
    }
}
