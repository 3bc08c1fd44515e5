package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * One attention layer of the U-Net: its frozen projections. How they are put together is an {@link AttentionProcessor}'s business:
 * plainly, or with the adapters of the two branches.
 *
 * <p>Frozen projections are read at their first use. Sampling folds them into weights of its own and never holds them.
 */
public final class Attention {

    private final Weights weights;
    private final boolean cross;
    private final int channels;
    private final int contextChannels;
    private final int heads;
    private volatile Projections held;

    private Attention(Weights weights, boolean cross, int channels, int contextChannels, int heads) {
        this.weights = weights;
        this.cross = cross;
        this.channels = channels;
        this.contextChannels = contextChannels;
        this.heads = heads;
    }

    /** Queries (C, C), keys and values (C, contextChannels), and the output (C, C), which alone has a bias. */
    public interface Projections {

        Linear query();

        Linear key();

        Linear value();

        Linear out();
    }

    private record Held(Linear query, Linear key, Linear value, Linear out) implements Projections {}

    /** Read at every call. */
    private final class Stored implements Projections {

        private final Weights from;

        private Stored(Weights from) {
            this.from = from;
        }

        @Override
        public Linear query() {
            return Linear.withoutBias(from.at("to_q"), channels, channels);
        }

        @Override
        public Linear key() {
            return Linear.withoutBias(from.at("to_k"), contextChannels, channels);
        }

        @Override
        public Linear value() {
            return Linear.withoutBias(from.at("to_v"), contextChannels, channels);
        }

        @Override
        public Linear out() {
            return Linear.load(from.at("to_out.0"), channels, channels);
        }
    }

    /**
     * @param cross whether keys and values come from the text (attn2) and not from the image (attn1)
     * @param channels width of queries and output
     * @param contextChannels width of what keys and values are made from
     */
    public static Attention load(Weights weights, boolean cross, int channels, int contextChannels, int heads) {
        Attention attention = new Attention(weights, cross, channels, contextChannels, heads);
        if (weights.frozen()) {
            attention.check();
        } else {
            attention.held = attention.read();
        }
        return attention;
    }

    private void check() {
        weights.require("to_q.weight", channels, channels);
        weights.require("to_k.weight", channels, contextChannels);
        weights.require("to_v.weight", channels, contextChannels);
        weights.require("to_out.0.weight", channels, channels);
        weights.require("to_out.0.bias", channels);
    }

    private Projections read() {
        Projections stored = new Stored(weights);
        return new Held(stored.query(), stored.key(), stored.value(), stored.out());
    }

    /** From the first call on they are held, as long as the base's other weights. */
    public Projections projections() {
        if (held == null) {
            hold();
        }
        return held;
    }

    private synchronized void hold() {
        if (held == null) {
            held = read();
        }
    }

    /**
     * In fp32 with all digits of the files, whatever the layer computes in. Each is read when it is asked for and belongs to the
     * open scope, unless it is held like that anyway.
     */
    public Projections unrounded() {
        boolean asStored = held != null && (weights.precision() == Precision.FP32 || !weights.frozen());
        return asStored ? held : new Stored(weights.unrounded());
    }

    /** The layer's name in the U-Net, such as {@code down_blocks.0.attentions.0.transformer_blocks.0.attn1}. */
    public String path() {
        return weights.path();
    }

    public boolean cross() {
        return cross;
    }

    /** C. */
    public int channels() {
        return channels;
    }

    public int heads() {
        return heads;
    }

    /** What keys and values are made from: the text if this is cross-attention, else {@code hidden} itself. */
    public NDArray source(NDArray hidden, NDArray text) {
        return cross ? text : hidden;
    }

    /** How an attention layer of the U-Net is computed. */
    @FunctionalInterface
    public interface AttentionProcessor {

        /** The base model's own attention, without adapters. */
        AttentionProcessor PLAIN = AttentionProcessor::plain;

        /**
         * @param hidden (N, S, C), already normalized
         * @param text (M, T, D), M a divisor of N: consecutive equal groups of rows share their text
         * @return (N, S, C), before the residual is added
         */
        NDArray process(Attention attention, NDArray hidden, NDArray text);

        /**
         * Features as many as those that cross-attention gave. Where several texts share rows, all before the first
         * cross-attention is computed once for them; only a processor that allows it ever sees fewer rows here.
         *
         * @param features (N, ...)
         * @param like features of as many rows as wanted
         */
        default NDArray spread(NDArray features, NDArray like) {
            return features;
        }

        private static NDArray plain(Attention attention, NDArray hidden, NDArray text) {
            try (TensorScope scope = TensorScope.open()) {
                Attention.Projections base = attention.projections();
                NDArray source = attention.source(hidden, text);
                long times = Tensors.shape(hidden)[0] / Tensors.shape(source)[0];
                NDArray mixed = Operators.attention(
                        base.query().forward(hidden),
                        DualOperators.repeatGroups(base.key().forward(source), 1, times),
                        DualOperators.repeatGroups(base.value().forward(source), 1, times),
                        attention.heads());
                return scope.release(base.out().forward(mixed));
            }
        }
    }
}
