package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Operators;
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
            return Operators.adapterLinear(x, weight, bias);
        }
    }

    /** h (B*2, S, C), rows (b f) -> the same shape, with what the other branch says added. */
    public NDArray forward(NDArray h) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray z = in.apply(Operators.adapterLayerNorm(h, norm.weight(), norm.bias(), EPSILON));
            NDArray keyDifference = Operators.adapterLinear(Operators.branchDifference(z), key.weight(), null);
            NDArray heard = Operators.branchAttention(query.apply(z), keyDifference, value.apply(z));
            return scope.release(Operators.add(h, out.apply(heard)));
        }
    }
}
