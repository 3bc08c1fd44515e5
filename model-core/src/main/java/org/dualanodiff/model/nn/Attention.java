package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;

/**
 * The frozen projections of one attention layer of the U-Net. How they are put together is an {@link
 * AttentionProcessor}'s business: plainly, or with the adapters of the two branches.
 *
 * @param path the layer's name in the U-Net, such as {@code
 *     down_blocks.0.attentions.0.transformer_blocks.0.attn1}
 * @param cross whether keys and values come from the text (attn2) and not from the image (attn1)
 * @param channels width of queries and output
 * @param contextChannels width of what keys and values are made from
 */
public record Attention(
        String path,
        boolean cross,
        int channels,
        int contextChannels,
        int heads,
        Linear query,
        Linear key,
        Linear value,
        Linear out) {

    public static Attention load(Weights weights, boolean cross, int channels, int contextChannels, int heads) {
        return new Attention(
                weights.path(),
                cross,
                channels,
                contextChannels,
                heads,
                Linear.withoutBias(weights.at("to_q"), channels, channels),
                Linear.withoutBias(weights.at("to_k"), contextChannels, channels),
                Linear.withoutBias(weights.at("to_v"), contextChannels, channels),
                Linear.load(weights.at("to_out.0"), channels, channels));
    }

    /** What keys and values are made from: the text if this is cross-attention, else {@code hidden} itself. */
    public NDArray source(NDArray hidden, NDArray text) {
        return cross ? text : hidden;
    }
}
