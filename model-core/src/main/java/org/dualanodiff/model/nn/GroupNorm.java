package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

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

    /** {@code convolution(SiLU(norm(x)))}; what lies between does not stay. */
    public NDArray thenConvolve(NDArray x, Convolution convolution) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(convolution.forward(Operators.groupNormSilu(x, groups, weight, bias, epsilon)));
        }
    }
}
