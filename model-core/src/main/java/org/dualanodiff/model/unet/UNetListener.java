package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;

/** Sees features inside a forward pass; a tensor is valid only during the call. */
@FunctionalInterface
public interface UNetListener {

    UNetListener NONE = (name, features) -> {};

    /**
     * @param name {@code time_embedding}, {@code conv_in}, {@code mid_block}, {@code down_block.0},
     *     {@code down_block.0.resnet.0}, {@code down_block.0.attention.0} and so on
     */
    void features(String name, NDArray features);
}
