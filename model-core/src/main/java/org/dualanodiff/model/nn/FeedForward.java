package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Operators;

/** The GEGLU feed-forward of a transformer block: (N, S, C) -> (N, S, C), four times as wide inside. */
public final class FeedForward {

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
