package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.dual.DualAdapter.AdapterTensors;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;

/**
 * SAIM, the self-attention interaction module (paper, section 3.2): after every attention, the two
 * branches look at one another, each position on its own, so that nothing shifts.
 *
 * <p>{@code z = W_i LayerNorm(h)}; at each position the branches are the two tokens of one single-head
 * attention of width C with queries, keys and values from z; {@code h + W_o attention}. For two tokens
 * the softmax is a sigmoid of the difference of scores. Hence keys are needed for the difference of the
 * branches only, and the bias of the keys, which the released files hold, has no effect.
 */
public final class SelfAttentionInteraction {

    /** The prefix of its names in adapter files. */
    static final String PREFIX = "temporal_";

    private static final double EPSILON = 1e-6;

    private final Affine norm;
    private final Affine in;
    private final Affine query;
    private final Affine key;
    private final Affine value;
    private final Affine out;

    private SelfAttentionInteraction(AdapterTensors tensors) {
        norm = Affine.of(tensors, "n");
        in = Affine.of(tensors, "i");
        query = Affine.of(tensors, "q");
        key = Affine.of(tensors, "k");
        value = Affine.of(tensors, "v");
        out = Affine.of(tensors, "o");
    }

    static SelfAttentionInteraction of(AdapterTensors tensors) {
        return new SelfAttentionInteraction(tensors);
    }

    private record Affine(NDArray weight, NDArray bias) {

        static Affine of(AdapterTensors tensors, String name) {
            return new Affine(tensors.get(PREFIX + name + ".weight"), tensors.get(PREFIX + name + ".bias"));
        }

        NDArray apply(NDArray x) {
            return DualOperators.adapterLinear(x, weight, bias);
        }
    }

    /**
     * The same with its linear chains folded, for sampling: {@code W_q W_i}, {@code W_k W_i} and {@code W_o W_v W_i},
     * three products a position instead of five. What the branches send is a weighted mean, so {@code W_o} and its
     * bias may act before it.
     *
     * @return in the given precision, for rows (f b); the caller closes it
     */
    Folded fold(Precision precision) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray queryIn = Operators.matmul(query.weight(), in.weight());
            NDArray outValue = Operators.matmul(out.weight(), value.weight());
            NDArray queryBias = Operators.add(Operators.matmul(query.weight(), in.bias()), query.bias());
            NDArray valueBias = Operators.add(
                    Operators.add(Operators.matmul(outValue, in.bias()), Operators.matmul(out.weight(), value.bias())),
                    out.bias());
            return new Folded(
                    kept(norm.weight(), precision),
                    kept(norm.bias(), precision),
                    kept(Operators.concat(List.of(Operators.matmul(outValue, in.weight()), queryIn), 0), precision),
                    kept(Operators.concat(List.of(valueBias, queryBias), 0), precision),
                    kept(Operators.matmul(key.weight(), in.weight()), precision));
        }
    }

    private static NDArray kept(NDArray tensor, Precision precision) {
        return TensorScope.disown(Operators.copy(Operators.cast(tensor, precision)));
    }

    /** See {@link #fold}. */
    record Folded(NDArray normWeight, NDArray normBias, NDArray valueQuery, NDArray bias, NDArray key)
            implements AutoCloseable {

        /** h (2*B, S, C), rows (f b). */
        NDArray forward(NDArray h) {
            return DualOperators.mergedInteraction(h, normWeight, normBias, valueQuery, bias, key, EPSILON);
        }

        @Override
        public void close() {
            List.of(normWeight, normBias, valueQuery, bias, key).forEach(NDArray::close);
        }
    }

    /** h (B*2, S, C), rows (b f) -> the same shape, with what the other branch says added. */
    public NDArray forward(NDArray h) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray z = in.apply(DualOperators.adapterLayerNorm(h, norm.weight(), norm.bias(), EPSILON));
            NDArray keyDifference = DualOperators.adapterLinear(DualOperators.branchDifference(z), key.weight(), null);
            NDArray heard = DualOperators.branchAttention(query.apply(z), keyDifference, value.apply(z));
            return scope.release(Operators.add(h, out.apply(heard)));
        }
    }
}
