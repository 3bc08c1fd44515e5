package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
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

    /** Self-attention, cross-attention to the text, feed-forward; each normalized before and added after. */
    public static final class TransformerBlock {

        private static final double EPSILON = 1e-5;

        private final LayerNorm norm1;
        private final Attention selfAttention;
        private final LayerNorm norm2;
        private final Attention crossAttention;
        private final LayerNorm norm3;
        private final FeedForward feedForward;

        private TransformerBlock(Weights weights, int channels, int heads, int textChannels) {
            norm1 = LayerNorm.load(weights.at("norm1"), channels, EPSILON);
            selfAttention = Attention.load(weights.at("attn1"), false, channels, channels, heads);
            norm2 = LayerNorm.load(weights.at("norm2"), channels, EPSILON);
            crossAttention = Attention.load(weights.at("attn2"), true, channels, textChannels, heads);
            norm3 = LayerNorm.load(weights.at("norm3"), channels, EPSILON);
            feedForward = FeedForward.load(weights.at("ff"), channels);
        }

        public static TransformerBlock load(Weights weights, int channels, int heads, int textChannels) {
            return new TransformerBlock(weights, channels, heads, textChannels);
        }

        /** The two attention layers, in the order in which they run. */
        public List<Attention> attentions() {
            return List.of(selfAttention, crossAttention);
        }

        /** x (N, S, C), text (M, T, D) -> (N, S, C). */
        public NDArray forward(NDArray x, NDArray text, AttentionProcessor processor) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = Operators.add(x, attended(selfAttention, norm1, x, text, processor));
                NDArray heard = attended(crossAttention, norm2, h, text, processor);
                NDArray sum = Operators.add(processor.spread(h, heard), heard);
                TensorScope.free(h);
                TensorScope.free(heard);
                return scope.release(Operators.add(sum, feedForward.forward(norm3.forward(sum))));
            }
        }

        private static NDArray attended(
                Attention attention, LayerNorm norm, NDArray x, NDArray text, AttentionProcessor processor) {
            try (TensorScope scope = TensorScope.open()) {
                return scope.release(processor.process(attention, norm.forward(x), text));
            }
        }

        /** The GEGLU feed-forward of a transformer block: (N, S, C) -> (N, S, C), four times as wide inside. */
        public static final class FeedForward {

            private static final int EXPANSION = 4;

            private final Linear in;
            private final Linear out;

            private FeedForward(Linear in, Linear out) {
                this.in = in;
                this.out = out;
            }

            public static FeedForward load(Weights weights, int channels) {
                int inner = EXPANSION * channels;
                return new FeedForward(
                        Linear.load(weights.at("net.0.proj"), channels, 2 * inner),
                        Linear.load(weights.at("net.2"), inner, channels));
            }

            public NDArray forward(NDArray x) {
                return Operators.feedForward(x, in.weight(), in.bias(), out.weight(), out.bias());
            }
        }
    }
}
