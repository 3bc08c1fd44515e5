package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * How much each place of the ANOMALY branch listens to the defect's words: cross-attention to their tokens, averaged over
 * heads, layers and steps of a sampling (DualAnoDiff, section 3.4). Layers coarser than an eighth of the latent say too
 * little about places and are left out.
 */
public final class CrossAttentionMap implements AutoCloseable {

    private static final int COARSEST = 8;

    private final int pairs;
    private final int side;
    private final long firstToken;
    private final long tokens;
    private NDArray sum;
    private int layers;

    /**
     * @param pairs B, sampled together
     * @param side height and width of the latent
     * @param firstToken place of the defect's first token in its prompt
     * @param tokens how many it has
     */
    public CrossAttentionMap(int pairs, int side, int firstToken, int tokens) {
        this.pairs = pairs;
        this.side = side;
        this.firstToken = firstToken;
        this.tokens = tokens;
    }

    /**
     * Looks at one cross-attention. The rows wanted are the last B: ANOMALY, and under guidance its conditional half.
     *
     * @param query (F*n, S, C), rows (f b)
     * @param key (F*n, T, C)
     */
    void see(NDArray query, NDArray key, int heads) {
        long[] shape = Tensors.shape(query);
        int layerSide = (int) Math.round(Math.sqrt(shape[1]));
        if (layerSide * layerSide != shape[1] || layerSide * COARSEST < side) {
            return;
        }
        try (TensorScope scope = TensorScope.open()) {
            NDArray map = DualOperators.tokenAttention(
                    Operators.narrow(query, 0, shape[0] - pairs, pairs),
                    Operators.narrow(key, 0, shape[0] - pairs, pairs),
                    heads,
                    firstToken,
                    tokens);
            NDArray image = Operators.view(map, pairs, 1, layerSide, layerSide);
            add(Operators.resizeNearest(image, side, side));
        }
    }

    private void add(NDArray map) {
        NDArray next = TensorScope.disown(sum == null ? Operators.copy(map) : Operators.add(sum, map));
        close();
        sum = next;
        layers++;
    }

    /** The mean map of one pair, (side, side). */
    public float[] map(int pair) {
        if (sum == null) {
            throw new IllegalStateException("no attention was seen");
        }
        float[] all = Tensors.floats(sum);
        float[] map = Arrays.copyOfRange(all, pair * side * side, (pair + 1) * side * side);
        for (int i = 0; i < map.length; i++) {
            map[i] /= layers;
        }
        return map;
    }

    @Override
    public void close() {
        if (sum != null) {
            sum.close();
        }
    }
}
