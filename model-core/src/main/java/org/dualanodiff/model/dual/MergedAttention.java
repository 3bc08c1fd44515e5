package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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
    private final NDArray outBias;
    private final Optional<SelfAttentionInteraction.Folded> interaction;
    private final Optional<BackgroundCompensation> background;

    /**
     * @param adapted the layer's adapter
     * @param background the layer's BCM, owned by the caller
     * @param precision of the result
     */
    MergedAttention(
            Attention base,
            AdaptedAttention adapted,
            Optional<BackgroundCompensation> background,
            Precision precision) {
        this.base = base;
        this.background = background;
        Attention.Projections frozen = base.unrounded();
        NDArray[] q = merged(frozen::query, adapted.query(), precision);
        NDArray[] k = merged(frozen::key, adapted.key(), precision);
        NDArray[] v = merged(frozen::value, adapted.value(), precision);
        boolean together = !base.cross() && background.isEmpty();
        queryKeyValue = together ? stacked(q, k, v) : null;
        query = together ? null : stacked(q);
        keyValue = together ? null : stacked(k, v);
        Linear last = frozen.out();
        out = stacked(merged(() -> last, adapted.out(), precision));
        outBias = TensorScope.disown(Operators.copy(Operators.cast(last.bias(), precision)));
        interaction = Optional.of(adapted.interaction().fold(precision));
    }

    private MergedAttention(MergedAttention whole) {
        base = whole.base;
        query = whole.query;
        keyValue = whole.keyValue;
        queryKeyValue = whole.queryKeyValue;
        out = whole.out;
        outBias = whole.outBias;
        background = whole.background;
        interaction = Optional.empty();
    }

    /** The same without SAIM. It holds tensors of this one and is not closed. */
    MergedAttention withoutInteraction() {
        return new MergedAttention(this);
    }

    /**
     * (Cin, Cout) for each branch. Rounded once, after the sum: what a LoRA adds is often less than half a step of bf16, and would
     * vanish beside a weight that was rounded before.
     *
     * @param frozen reads the projection in fp32, one at a time
     */
    private static NDArray[] merged(Supplier<Linear> frozen, LowRankAdapter adapter, Precision precision) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray weight = frozen.get().weight();
            return IntStream.range(0, Branch.COUNT)
                    .mapToObj(f -> scope.release(
                            merged(weight, adapter.downs().get(f), adapter.ups().get(f), precision)))
                    .toArray(NDArray[]::new);
        }
    }

    private static NDArray merged(NDArray weight, NDArray down, NDArray up, Precision precision) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray sum = DualOperators.merged(weight, down, up);
            return scope.release(precision == Precision.FP32 ? sum : Operators.cast(sum, precision));
        }
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
        return parts(DualOperators.branchLinear(text, keyValue, null), 2);
    }

    /** What projections side by side gave: (N, S, n*C) -> n of (N, S, C). */
    private NDArray[] parts(NDArray joined, int count) {
        long c = base.channels();
        return LongStream.range(0, count)
                .mapToObj(i -> Operators.narrow(joined, 2, i * c, c))
                .toArray(NDArray[]::new);
    }

    /**
     * Self-attention of both branches.
     *
     * @param hidden (2*B, S, C)
     * @param reference (B, S, C), or null without BCM
     */
    NDArray self(NDArray hidden, NDArray reference) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(finish(selfMixed(hidden, reference)));
        }
    }

    private NDArray selfMixed(NDArray hidden, NDArray reference) {
        try (TensorScope scope = TensorScope.open()) {
            if (queryKeyValue != null) {
                NDArray[] qkv = parts(DualOperators.branchLinear(hidden, queryKeyValue, null), 3);
                return scope.release(Operators.attention(qkv[0], qkv[1], qkv[2], base.heads()));
            }
            NDArray source =
                    reference == null ? hidden : background.orElseThrow().sourceByBranch(hidden, reference);
            NDArray[] kv = keysAndValues(source);
            NDArray queries = DualOperators.branchLinear(hidden, query, null);
            return scope.release(Operators.attention(queries, kv[0], kv[1], base.heads()));
        }
    }

    /**
     * Cross-attention of both branches to keys and values of all rows, each (2*B, T, C).
     *
     * @param hidden (2*B, S, C), or fewer rows (f b) that several texts share
     * @param witness sees queries and keys, or null
     */
    NDArray cross(NDArray hidden, NDArray keys, NDArray values, CrossAttentionMap witness) {
        try (TensorScope scope = TensorScope.open()) {
            long texts = Tensors.shape(keys)[0] / Tensors.shape(hidden)[0];
            NDArray queries = DualOperators.spreadBranches(DualOperators.branchLinear(hidden, query, null), texts);
            if (witness != null) {
                witness.see(queries, keys, base.heads());
            }
            return scope.release(finish(Operators.attention(queries, keys, values, base.heads())));
        }
    }

    private NDArray finish(NDArray mixed) {
        NDArray projected = DualOperators.branchLinear(mixed, out, outBias);
        return interaction.map(saim -> saim.forward(projected)).orElse(projected);
    }

    /** GLOBAL on its own, without SAIM: hidden (B, S, C), text (G, T, D), G a divisor of B. Needs BCM's layout of the weights. */
    NDArray global(NDArray hidden, NDArray text) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray q = DualOperators.branchLinear(hidden, global(query), null);
            NDArray source = base.source(hidden, text);
            long times = Tensors.shape(hidden)[0] / Tensors.shape(source)[0];
            NDArray[] kv = parts(DualOperators.branchLinear(source, global(keyValue), null), 2);
            NDArray mixed = Operators.attention(
                    q, Operators.repeatRows(kv[0], times), Operators.repeatRows(kv[1], times), base.heads());
            return scope.release(DualOperators.branchLinear(mixed, global(out), outBias));
        }
    }

    private static NDArray global(NDArray weights) {
        return Operators.narrow(weights, 0, Branch.GLOBAL.ordinal(), 1);
    }

    @Override
    public void close() {
        for (NDArray tensor : new NDArray[] {query, keyValue, queryKeyValue, out, outBias}) {
            if (tensor != null) {
                tensor.close();
            }
        }
        interaction.ifPresent(SelfAttentionInteraction.Folded::close);
    }
}
