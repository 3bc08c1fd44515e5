package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.Linear;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * One attention layer with its LoRA folded into the base weights, one matrix a branch, and SAIM's chains
 * folded: a projection costs what it costs in the base model. Rows are (f b).
 */
final class MergedAttention implements AutoCloseable {

    private final Attention base;
    private final NDArray query;
    private final NDArray keyValue;
    private final NDArray queryKeyValue;
    private final NDArray out;
    private final SelfAttentionInteraction.Folded interaction;
    private final Optional<BackgroundCompensation> background;

    /**
     * @param adapted the layer's adapter
     * @param precision of the result
     */
    MergedAttention(Attention base, DualAttention adapted, Precision precision) {
        this.base = base;
        NDArray[] q = merged(base.query(), adapted.query());
        NDArray[] k = merged(base.key(), adapted.key());
        NDArray[] v = merged(base.value(), adapted.value());
        boolean together = !base.cross() && adapted.background().isEmpty();
        queryKeyValue = together ? stacked(q, k, v) : null;
        query = together ? null : stacked(q);
        keyValue = together ? null : stacked(k, v);
        out = stacked(merged(base.out(), adapted.out()));
        interaction = adapted.interaction().fold(precision);
        background = adapted.background();
    }

    /** (Cin, Cout) for each branch. */
    private static NDArray[] merged(Linear linear, LowRankAdapter adapter) {
        return IntStream.range(0, Branch.COUNT)
                .mapToObj(f -> DualOperators.merged(
                        linear.weight(), adapter.downs().get(f), adapter.ups().get(f)))
                .toArray(NDArray[]::new);
    }

    /** Side by side in the output, branch after branch: (F, Cin, sum of Cout). */
    private static NDArray stacked(NDArray[]... projections) {
        List<NDArray> branches = new ArrayList<>();
        for (int f = 0; f < Branch.COUNT; f++) {
            int branch = f;
            NDArray joined = Operators.concat(
                    Arrays.stream(projections).map(p -> p[branch]).toList(), 1);
            long[] shape = Tensors.shape(joined);
            branches.add(Operators.view(joined, 1, shape[0], shape[1]));
        }
        return TensorScope.disown(Operators.concat(branches, 0));
    }

    Attention base() {
        return base;
    }

    /** Keys and values of a text, which do not change from step to step: (F*G, T, D) -> two of (F*G, T, C). */
    NDArray[] keysAndValues(NDArray text) {
        return halves(DualOperators.branchLinear(text, keyValue, null));
    }

    private NDArray[] halves(NDArray keysValues) {
        int c = base.channels();
        return new NDArray[] {Operators.narrow(keysValues, 2, 0, c), Operators.narrow(keysValues, 2, c, c)};
    }

    /**
     * Self-attention of both branches.
     *
     * @param hidden (2*B, S, C)
     * @param reference (B, S, C), or null without BCM
     */
    NDArray self(NDArray hidden, NDArray reference) {
        try (TensorScope scope = TensorScope.open()) {
            if (queryKeyValue != null) {
                NDArray all = DualOperators.branchLinear(hidden, queryKeyValue, null);
                int c = base.channels();
                return scope.release(finish(
                        Operators.narrow(all, 2, 0, c),
                        Operators.narrow(all, 2, c, c),
                        Operators.narrow(all, 2, 2L * c, c)));
            }
            NDArray source =
                    reference == null ? hidden : background.orElseThrow().sourceByBranch(hidden, reference);
            NDArray[] kv = keysAndValues(source);
            return scope.release(finish(DualOperators.branchLinear(hidden, query, null), kv[0], kv[1]));
        }
    }

    /**
     * Cross-attention of both branches to keys and values of all rows, each (2*B, T, C).
     *
     * @param hidden (2*B, S, C), or fewer rows (f b) that several texts share
     * @param witness sees queries and keys, or null
     */
    NDArray cross(NDArray hidden, NDArray keys, NDArray values, DefectAttention witness) {
        try (TensorScope scope = TensorScope.open()) {
            long texts = Tensors.shape(keys)[0] / Tensors.shape(hidden)[0];
            NDArray queries = DualOperators.spreadBranches(DualOperators.branchLinear(hidden, query, null), texts);
            if (witness != null) {
                witness.see(queries, keys, base.heads());
            }
            return scope.release(finish(queries, keys, values));
        }
    }

    private NDArray finish(NDArray q, NDArray k, NDArray v) {
        NDArray mixed = Operators.attention(q, k, v, base.heads());
        return interaction.forward(DualOperators.branchLinear(mixed, out, base.out().bias()));
    }

    @Override
    public void close() {
        for (NDArray tensor : new NDArray[] {query, keyValue, queryKeyValue, out}) {
            if (tensor != null) {
                tensor.close();
            }
        }
        interaction.close();
    }
}
