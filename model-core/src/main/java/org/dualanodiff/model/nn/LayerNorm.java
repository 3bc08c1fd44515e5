package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Operators;

/** Layer normalization over the channels of (..., C). */
public final class LayerNorm {

    private final NDArray weight;
    private final NDArray bias;
    private final double epsilon;

    private LayerNorm(NDArray weight, NDArray bias, double epsilon) {
        this.weight = weight;
        this.bias = bias;
        this.epsilon = epsilon;
    }

    public static LayerNorm load(Weights weights, int channels, double epsilon) {
        return new LayerNorm(weights.tensor("weight", channels), weights.tensor("bias", channels), epsilon);
    }

    public NDArray forward(NDArray x) {
        return Operators.layerNorm(x, weight, bias, epsilon);
    }
}
