package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Operators;

/** 2-D convolution with bias: (N, in, H, W) -> (N, out, H', W'). */
public final class Convolution {

    private final NDArray weight;
    private final NDArray bias;
    private final int stride;
    private final int padding;

    private Convolution(NDArray weight, NDArray bias, int stride, int padding) {
        this.weight = weight;
        this.bias = bias;
        this.stride = stride;
        this.padding = padding;
    }

    /** 3x3, stride 1, padding 1: keeps height and width. */
    public static Convolution threeByThree(Weights weights, int in, int out) {
        return threeByThree(weights, in, out, 1, 1);
    }

    public static Convolution threeByThree(Weights weights, int in, int out, int stride, int padding) {
        return load(weights, in, out, 3, stride, padding);
    }

    /** 1x1: a linear map of the channels at each position. */
    public static Convolution pointwise(Weights weights, int in, int out) {
        return load(weights, in, out, 1, 1, 0);
    }

    private static Convolution load(Weights weights, int in, int out, int kernel, int stride, int padding) {
        NDArray weight = weights.tensor("weight", out, in, kernel, kernel);
        return new Convolution(weight, weights.tensor("bias", out), stride, padding);
    }

    public NDArray forward(NDArray x) {
        return Operators.conv2d(x, weight, bias, stride, padding);
    }
}
