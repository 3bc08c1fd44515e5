package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Operators;

/** Group normalization of (N, C, H, W) with a learned scale and shift a channel. */
public final class GroupNorm {

    private final NDArray weight;
    private final NDArray bias;
    private final int groups;
    private final double epsilon;

    private GroupNorm(NDArray weight, NDArray bias, int groups, double epsilon) {
        this.weight = weight;
        this.bias = bias;
        this.groups = groups;
        this.epsilon = epsilon;
    }

    public static GroupNorm load(Weights weights, int channels, int groups, double epsilon) {
        return new GroupNorm(weights.tensor("weight", channels), weights.tensor("bias", channels), groups, epsilon);
    }

    public NDArray forward(NDArray x) {
        return Operators.groupNorm(x, groups, weight, bias, epsilon);
    }
}
