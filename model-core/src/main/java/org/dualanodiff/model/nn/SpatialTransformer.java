package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * Transformer blocks over the positions of a feature map, between two projections, with a residual
 * (diffusers' {@code Transformer2DModel}). The projections are stored as 1x1 convolutions in SD 1.x
 * and as linear maps where {@code use_linear_projection} is set; both are the same linear map of the
 * channels.
 */
public final class SpatialTransformer {

    private static final double EPSILON = 1e-6;

    private final GroupNorm norm;
    private final Linear in;
    private final List<TransformerBlock> blocks;
    private final Linear out;

    private SpatialTransformer(Weights weights, Shape shape) {
        norm = GroupNorm.load(weights.at("norm"), shape.channels(), shape.groups(), EPSILON);
        in = projection(weights.at("proj_in"), shape);
        blocks = IntStream.range(0, shape.layers())
                .mapToObj(i -> TransformerBlock.load(
                        weights.at("transformer_blocks." + i), shape.channels(), shape.heads(), shape.textChannels()))
                .toList();
        out = projection(weights.at("proj_out"), shape);
    }

    /**
     * @param groups groups of the normalization
     * @param linear whether the projections are linear maps
     */
    public record Shape(int channels, int heads, int layers, int textChannels, int groups, boolean linear) {}

    public static SpatialTransformer load(Weights weights, Shape shape) {
        return new SpatialTransformer(weights, shape);
    }

    public Stream<Attention> attentions() {
        return blocks.stream().flatMap(block -> block.attentions().stream());
    }

    /** x (N, C, H, W), text (M, T, D) -> (N, C, H, W). */
    public NDArray forward(NDArray x, NDArray text, AttentionProcessor processor) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray h = positions(x);
            for (TransformerBlock block : blocks) {
                NDArray next = block.forward(h, text, processor);
                TensorScope.free(h);
                h = next;
            }
            long[] shape = Tensors.shape(x);
            NDArray image = Operators.channelsThenPositions(out.forward(h), shape[2], shape[3]);
            return scope.release(Operators.add(image, processor.spread(x, image)));
        }
    }

    private NDArray positions(NDArray x) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(in.forward(Operators.positionsThenChannels(norm.forward(x))));
        }
    }

    private static Linear projection(Weights weights, Shape shape) {
        return shape.linear()
                ? Linear.load(weights, shape.channels(), shape.channels())
                : Linear.fromPointwiseConvolution(weights, shape.channels(), shape.channels());
    }
}
