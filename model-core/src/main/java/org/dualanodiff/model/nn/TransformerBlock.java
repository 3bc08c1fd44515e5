package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/** Self-attention, cross-attention to the text, feed-forward; each normalized before and added after. */
public final class TransformerBlock {

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
