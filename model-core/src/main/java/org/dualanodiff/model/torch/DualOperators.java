package org.dualanodiff.model.torch;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * The libtorch operators that only the dual model needs, with gradients: those of {@code operators.py} that know adapters, the
 * two branches of a pair and the order of their rows. Results are owned as those of {@link Operators} are. Shape legend: B pairs,
 * F branches (2), S positions, T context positions, C channels, G texts, r rank; rows (b f) have the branch fastest.
 */
public final class DualOperators {

    private DualOperators() {}

    /**
     * Attention to the tokens {@code first .. first + tokens - 1}, summed over them, mean over heads: q (N, S, C), k (N, T,
     * C) -> (N, S), fp32.
     */
    public static NDArray tokenAttention(NDArray q, NDArray k, int heads, long first, long tokens) {
        return Operators.call("token_attention", q, k, heads, first, tokens);
    }

    /** As {@link Operators#linear}, with fp32 weights on x of any precision. */
    public static NDArray adapterLinear(NDArray x, NDArray w, NDArray b) {
        return b == null ? Operators.call("adapter_linear_no_bias", x, w) : Operators.call("adapter_linear", x, w, b);
    }

    /** As {@link Operators#layerNorm}, with fp32 weights on x of any precision. */
    public static NDArray adapterLayerNorm(NDArray x, NDArray w, NDArray b, double eps) {
        return Operators.call("adapter_layer_norm", x, w, b, eps);
    }

    /** {@code base + up(down(x))}: x (..., Cin), base (..., Cout), down (r, Cin), up (Cout, r). */
    public static NDArray lowRank(NDArray x, NDArray base, NDArray down, NDArray up) {
        return Operators.call("low_rank", x, base, down, up);
    }

    /** As {@link #lowRank} with one pair a branch; x (B*F, S, Cin), rows (b f). */
    public static NDArray lowRankByBranch(NDArray x, NDArray base, List<NDArray> downs, List<NDArray> ups) {
        return Operators.call("low_rank_by_branch", x, base, downs, ups);
    }

    /** ANOMALY minus GLOBAL of each pair: (B*2, S, C) -> (B, S, C). */
    public static NDArray branchDifference(NDArray z) {
        return Operators.call("branch_difference", z);
    }

    /**
     * Attention between the two branches of a pair at each position on its own: q, v (B*2, S, C),
     * kDifference = k(ANOMALY) - k(GLOBAL) (B, S, C) -> (B*2, S, C).
     */
    public static NDArray branchAttention(NDArray q, NDArray kDifference, NDArray v) {
        return Operators.call("branch_attention", q, kDifference, v);
    }

    /** {@code (1 - a) h + a background} in GLOBAL rows: h (B*2, S, C) rows (b f), background (B, S, C), a (1). */
    public static NDArray mixIntoGlobal(NDArray h, NDArray background, NDArray a) {
        return Operators.call("mix_into_global", h, background, a);
    }

    /** {@code base + up down}, transposed and in the base's precision: base (Cout, Cin) -> (Cin, Cout). */
    public static NDArray merged(NDArray base, NDArray down, NDArray up) {
        return Operators.call("merged", base, down, up);
    }

    /** One matrix a branch on rows (f b): x (F*n, S, Cin), w (F, Cin, Cout), b (Cout) or null -> (F*n, S, Cout). */
    public static NDArray branchLinear(NDArray x, NDArray w, NDArray b) {
        return b == null ? Operators.call("branch_linear", x, w) : Operators.call("branch_linear_bias", x, w, b);
    }

    /**
     * SAIM on rows (f b) with its linear chains folded.
     *
     * @param h (2*B, S, C)
     * @param valueQuery W_o W_v W_i over W_q W_i, (2C, C), and its bias (2C)
     * @param key W_k W_i, (C, C)
     */
    public static NDArray mergedInteraction(
            NDArray h, NDArray normW, NDArray normB, NDArray valueQuery, NDArray bias, NDArray key, double eps) {
        return Operators.call("merged_interaction", h, normW, normB, valueQuery, bias, key, eps);
    }

    /** As {@link #mixIntoGlobal}, on rows (f b). */
    public static NDArray mixIntoGlobalHalf(NDArray h, NDArray background, NDArray a) {
        return Operators.call("mix_into_global_half", h, background, a);
    }

    /**
     * The noise that leads GLOBAL to a clean image, except where ANOMALY's data prediction is not its ground.
     *
     * @param x (B*2, C, H, W), rows (b f), {@code alpha} data and {@code sigma} noise
     * @param noise as predicted for x
     * @param clean (B, C, H, W)
     * @param ground latent of the anomaly part's ground, (1, C, H, W)
     * @param place 1 where a defect may be, else 0: (B, 1, H, W)
     * @param center mean distance from the ground, over the channels, at which a place counts as half free
     * @param softness how fast that grows
     */
    public static NDArray anchoredNoise(
            NDArray x,
            NDArray noise,
            NDArray clean,
            NDArray ground,
            NDArray place,
            double alpha,
            double sigma,
            double center,
            double softness) {
        return Operators.call("anchored_noise", x, noise, clean, ground, place, alpha, sigma, center, softness);
    }

    /** Rows (b f) to (f b). */
    public static NDArray branchFirst(NDArray x) {
        return Operators.call("branch_first", x);
    }

    /** Rows (f b) to (b f). */
    public static NDArray branchLast(NDArray x) {
        return Operators.call("branch_last", x);
    }

    /** Rows (f b) that several texts share, once for each: (F*B, ...) -> (F*G*B, ...), rows (f g b). */
    public static NDArray spreadBranches(NDArray x, long texts) {
        return texts == 1 ? x : Operators.call("spread_branches", x, texts);
    }

    /**
     * Weights for both branches of a pair: {@code weight} where the anomaly part is farther from its ground than {@code limit},
     * else 1.
     *
     * @param x clean latents (B*2, C, H, W), rows (b f)
     * @param ground latent of the anomaly part's ground, (1, C, H, W)
     * @return (B*2, 1, H, W)
     */
    public static NDArray defectWeights(NDArray x, NDArray ground, double weight, double limit) {
        return Operators.call("defect_weights", x, ground, weight, limit);
    }

    /** (G*rows, T, C) -> (G*times*rows, T, C): each group of {@code rows} rows stands {@code times} times. */
    public static NDArray repeatGroups(NDArray x, long rows, long times) {
        return times == 1 ? x : Operators.call("repeat_groups", x, rows, times);
    }

    /** Rows of one branch: (G*2, T, C), rows (g f) -> (G, T, C). */
    public static NDArray selectBranch(NDArray x, int branch) {
        return Operators.call("select_branch", x, branch);
    }
}
