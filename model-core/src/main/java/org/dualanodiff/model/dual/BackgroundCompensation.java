package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.dual.DualAdapter.AdapterTensors;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * BCM, the background compensation module (paper, section 3.3): in self-attention the GLOBAL branch
 * takes its keys and values from a mixture of itself and of the clean background's features,
 * {@code (1 - a) h + a MLP(reference)}; the queries stay {@code h}.
 *
 * <p>The MLP is two linear layers with nothing between them, {@code a} one learned number, 0 at first.
 */
public final class BackgroundCompensation {

    /** Width between the two linear layers, whatever the attention's width. */
    static final int INNER_WIDTH = 320;

    static final String MLP = "temporal_condition_mlp.";
    static final String SHARE = "temporal_a";

    private final NDArray share;
    private final NDArray weight1;
    private final NDArray bias1;
    private final NDArray weight2;
    private final NDArray bias2;

    private BackgroundCompensation(AdapterTensors tensors) {
        share = tensors.get(SHARE);
        weight1 = tensors.get(MLP + "0.weight");
        bias1 = tensors.get(MLP + "0.bias");
        weight2 = tensors.get(MLP + "1.weight");
        bias2 = tensors.get(MLP + "1.bias");
    }

    static BackgroundCompensation of(AdapterTensors tensors) {
        return new BackgroundCompensation(tensors);
    }

    /**
     * What self-attention makes keys and values from.
     *
     * @param h (B*2, S, C), rows (b f)
     * @param reference (B, S, C), this layer's input in the pass over the clean background
     * @return (B*2, S, C): GLOBAL rows mixed, ANOMALY rows as they are
     */
    public NDArray source(NDArray h, NDArray reference) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(DualOperators.mixIntoGlobal(h, translated(reference), share));
        }
    }

    /** As {@link #source}, on rows (f b). */
    NDArray sourceByBranch(NDArray h, NDArray reference) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(DualOperators.mixIntoGlobalHalf(h, translated(reference), share));
        }
    }

    private NDArray translated(NDArray reference) {
        return DualOperators.adapterLinear(DualOperators.adapterLinear(reference, weight1, bias1), weight2, bias2);
    }
}
