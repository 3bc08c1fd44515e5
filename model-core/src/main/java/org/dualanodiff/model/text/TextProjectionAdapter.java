package org.dualanodiff.model.text;

import ai.djl.ndarray.NDArray;

/** What is added to the four projections of every self-attention of the text encoder. */
@FunctionalInterface
public interface TextProjectionAdapter {

    /** The base text encoder. */
    TextProjectionAdapter NONE = (path, projection, x, base) -> base;

    /**
     * @param path the attention's name, such as {@code text_model.encoder.layers.0.self_attn}
     * @param projection {@code q}, {@code k}, {@code v} or {@code out}
     * @param x the projection's input, (N, T, D)
     * @param base its output, (N, T, D)
     */
    NDArray adapt(String path, String projection, NDArray x, NDArray base);
}
