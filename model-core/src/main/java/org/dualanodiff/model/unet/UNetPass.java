package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.nn.AttentionProcessor;

/**
 * What every stage of one forward pass is given.
 *
 * @param time SiLU of the time embedding, (N or 1, timeEmbeddingDim)
 * @param text (M, T, D)
 */
public record UNetPass(NDArray time, NDArray text, AttentionProcessor processor, UNetListener listener) {}
