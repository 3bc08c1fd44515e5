package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Operators;

/** {@code y = x W^T + b}: (..., in) -> (..., out). */
public final class Linear {

    private final NDArray weight;
    private final NDArray bias;

    private Linear(NDArray weight, NDArray bias) {
        this.weight = weight;
        this.bias = bias;
    }

    public static Linear load(Weights weights, int in, int out) {
        return new Linear(weights.tensor("weight", out, in), weights.tensor("bias", out));
    }

    public static Linear withoutBias(Weights weights, int in, int out) {
        return new Linear(weights.tensor("weight", out, in), null);
    }

    /** A linear map whose weight is stored as that of a 1x1 convolution, (out, in, 1, 1). */
    public static Linear fromPointwiseConvolution(Weights weights, int in, int out) {
        return new Linear(weights.tensorAs(new long[] {out, in}, "weight", out, in, 1, 1), weights.tensor("bias", out));
    }

    /** (out, in). */
    public NDArray weight() {
        return weight;
    }

    /** (out), or null. */
    public NDArray bias() {
        return bias;
    }

    public NDArray forward(NDArray x) {
        return Operators.linear(x, weight, bias);
    }
}
