package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/** One attention layer with what the adapter adds to it: LoRA of both branches, SAIM, and BCM if it has one. */
final class DualAttention {

    private final LowRankAdapter query;
    private final LowRankAdapter key;
    private final LowRankAdapter value;
    private final LowRankAdapter out;
    private final SelfAttentionInteraction interaction;
    private final Optional<BackgroundCompensation> background;

    private DualAttention(AdapterTensors tensors, boolean cross) {
        query = LowRankAdapter.of(tensors, "to_q");
        key = LowRankAdapter.of(tensors, "to_k");
        value = LowRankAdapter.of(tensors, "to_v");
        out = LowRankAdapter.of(tensors, "to_out");
        interaction = SelfAttentionInteraction.of(tensors);
        // Released files give cross-attention these tensors too, but nothing ever uses them.
        background = !cross && tensors.has(BackgroundCompensation.SHARE)
                ? Optional.of(BackgroundCompensation.of(tensors))
                : Optional.empty();
    }

    static DualAttention of(AdapterTensors tensors, boolean cross) {
        return new DualAttention(tensors, cross);
    }

    LowRankAdapter query() {
        return query;
    }

    LowRankAdapter key() {
        return key;
    }

    LowRankAdapter value() {
        return value;
    }

    LowRankAdapter out() {
        return out;
    }

    SelfAttentionInteraction interaction() {
        return interaction;
    }

    Optional<BackgroundCompensation> background() {
        return background;
    }

    /**
     * Both branches.
     *
     * @param hidden (B*2, S, C), rows (b f)
     * @param text (G*2, T, D), rows (g f), G a divisor of B
     * @param reference (B, S, C) features of the clean background, or null without BCM
     */
    NDArray both(Attention base, NDArray hidden, NDArray text, NDArray reference) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray source = base.source(withBackground(hidden, reference), text);
            NDArray mixed = Operators.attention(
                    query.apply(hidden, base.query().forward(hidden)),
                    repeated(key.apply(source, base.key().forward(source)), hidden),
                    repeated(value.apply(source, base.value().forward(source)), hidden),
                    base.heads());
            return scope.release(interaction.forward(out.apply(mixed, base.out().forward(mixed))));
        }
    }

    /** One branch on its own, without SAIM: hidden (B, S, C), text (G, T, D). */
    NDArray alone(Branch branch, Attention base, NDArray hidden, NDArray text) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray source = base.source(hidden, text);
            long times = Tensors.shape(hidden)[0] / Tensors.shape(source)[0];
            NDArray mixed = Operators.attention(
                    query.apply(branch, hidden, base.query().forward(hidden)),
                    DualOperators.repeatGroups(key.apply(branch, source, base.key().forward(source)), 1, times),
                    DualOperators.repeatGroups(
                            value.apply(branch, source, base.value().forward(source)), 1, times),
                    base.heads());
            return scope.release(out.apply(branch, mixed, base.out().forward(mixed)));
        }
    }

    private NDArray withBackground(NDArray hidden, NDArray reference) {
        return reference == null
                ? hidden
                : background.map(bcm -> bcm.source(hidden, reference)).orElse(hidden);
    }

    /** Keys and values of a text shared by many pairs are projected once and then repeated. */
    private static NDArray repeated(NDArray source, NDArray hidden) {
        return DualOperators.repeatGroups(source, Branch.COUNT, Tensors.shape(hidden)[0] / Tensors.shape(source)[0]);
    }
}
