package org.dualanodiff.model.nn;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

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
