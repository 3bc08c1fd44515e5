package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.dualanodiff.model.dual.DualAdapter.AdapterTensors;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/** One attention layer with what the adapter adds to it: LoRA of both branches, SAIM, and BCM if it has one. */
final class AdaptedAttention {

    private final LowRankAdapter query;
    private final LowRankAdapter key;
    private final LowRankAdapter value;
    private final LowRankAdapter out;
    private final SelfAttentionInteraction interaction;
    private final Optional<BackgroundCompensation> background;

    private AdaptedAttention(AdapterTensors tensors, Optional<BackgroundCompensation> background) {
        query = LowRankAdapter.of(tensors, "to_q");
        key = LowRankAdapter.of(tensors, "to_k");
        value = LowRankAdapter.of(tensors, "to_v");
        out = LowRankAdapter.of(tensors, "to_out");
        interaction = SelfAttentionInteraction.of(tensors);
        this.background = background;
    }

    static AdaptedAttention of(AdapterTensors tensors, Optional<BackgroundCompensation> background) {
        return new AdaptedAttention(tensors, background);
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

    /**
     * Both branches.
     *
     * @param hidden (B*2, S, C), rows (b f)
     * @param text (G*2, T, D), rows (g f), G a divisor of B
     * @param reference (B, S, C) features of the clean background, or null without BCM
     */
    NDArray both(Attention base, NDArray hidden, NDArray text, NDArray reference) {
        try (TensorScope scope = TensorScope.open()) {
            Attention.Projections frozen = base.projections();
            NDArray source = base.source(withBackground(hidden, reference), text);
            NDArray mixed = Operators.attention(
                    query.apply(hidden, frozen.query().forward(hidden)),
                    repeated(key.apply(source, frozen.key().forward(source)), hidden),
                    repeated(value.apply(source, frozen.value().forward(source)), hidden),
                    base.heads());
            return scope.release(
                    interaction.forward(out.apply(mixed, frozen.out().forward(mixed))));
        }
    }

    /** One branch on its own, without SAIM: hidden (B, S, C), text (G, T, D). */
    NDArray alone(Branch branch, Attention base, NDArray hidden, NDArray text) {
        try (TensorScope scope = TensorScope.open()) {
            Attention.Projections frozen = base.projections();
            NDArray source = base.source(hidden, text);
            long times = Tensors.shape(hidden)[0] / Tensors.shape(source)[0];
            NDArray mixed = Operators.attention(
                    query.apply(branch, hidden, frozen.query().forward(hidden)),
                    DualOperators.repeatGroups(
                            key.apply(branch, source, frozen.key().forward(source)), 1, times),
                    DualOperators.repeatGroups(
                            value.apply(branch, source, frozen.value().forward(source)), 1, times),
                    base.heads());
            return scope.release(out.apply(branch, mixed, frozen.out().forward(mixed)));
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
