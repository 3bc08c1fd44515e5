package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * Two normalized 3x3 convolutions with a residual; the U-Net's also add the time embedding between
 * them (diffusers' {@code ResnetBlock2D}).
 */
public final class ResnetBlock {

    private final GroupNorm norm1;
    private final Convolution conv1;
    private final Linear timeProjection;
    private final GroupNorm norm2;
    private final Convolution conv2;
    private final Convolution shortcut;
    private final double outputScale;

    private ResnetBlock(Weights weights, Shape shape) {
        norm1 = GroupNorm.load(weights.at("norm1"), shape.in(), shape.groups(), shape.epsilon());
        conv1 = Convolution.threeByThree(weights.at("conv1"), shape.in(), shape.out());
        timeProjection = shape.timeChannels() == 0
                ? null
                : Linear.load(weights.at("time_emb_proj"), shape.timeChannels(), shape.out());
        norm2 = GroupNorm.load(weights.at("norm2"), shape.out(), shape.groups(), shape.epsilon());
        conv2 = Convolution.threeByThree(weights.at("conv2"), shape.out(), shape.out());
        shortcut = shape.in() == shape.out()
                ? null
                : Convolution.pointwise(weights.at("conv_shortcut"), shape.in(), shape.out());
        outputScale = shape.outputScale();
    }

    /**
     * @param timeChannels width of the time embedding, 0 where there is none (VAE)
     * @param outputScale the sum with the residual is divided by it
     */
    public record Shape(int in, int out, int timeChannels, int groups, double epsilon, double outputScale) {

        /** A block of the VAE: no time embedding, epsilon 1e-6. */
        public static Shape withoutTime(int in, int out, int groups) {
            return new Shape(in, out, 0, groups, 1e-6, 1);
        }
    }

    public static ResnetBlock load(Weights weights, Shape shape) {
        return new ResnetBlock(weights, shape);
    }

    /**
     * @param x (N, in, H, W)
     * @param time SiLU of the time embedding, (N or 1, timeChannels); null where there is none
     * @return (N, out, H, W)
     */
    public NDArray forward(NDArray x, NDArray time) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray h = norm1.thenConvolve(x, conv1);
            if (timeProjection != null) {
                h = Operators.addToPositions(h, timeProjection.forward(time));
            }
            h = norm2.thenConvolve(h, conv2);
            NDArray sum = Operators.add(shortcut == null ? x : shortcut.forward(x), h);
            return scope.release(outputScale == 1 ? sum : Operators.multiply(sum, 1 / outputScale));
        }
    }
}
