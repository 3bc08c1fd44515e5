package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundFeatures;
import org.dualanodiff.model.torch.Operators;

/**
 * The U-Net with an adapter: {@link DualUNet}, which gradients go through, or {@link MergedDualUNet}, which
 * is faster and only samples.
 *
 * <p>Shape legend: B pairs, C latent channels, H W latent size, G groups of pairs that share a text, T
 * text positions, D text width.
 */
public sealed interface PairDenoiser permits DualUNet, MergedDualUNet {

    /**
     * Predicts the noise of both branches.
     *
     * @param latents (B*2, C, H, W), rows (b f)
     * @param timesteps int64 (B*2), or (1) for all; both branches of a pair share theirs
     * @param text (G*2, T, D), rows (g f); G divides B and equal consecutive groups of pairs share one
     * @param background from {@link #background}, or {@link BackgroundFeatures#NONE}
     * @return (B*2, C, H, W)
     */
    NDArray forward(NDArray latents, NDArray timesteps, NDArray text, BackgroundFeatures background);

    /**
     * Predicts the noise of the same latents twice, as guidance needs it.
     *
     * @param latents (B*2, C, H, W), rows (b f)
     * @param timesteps int64 (1)
     * @param text (2*G*2, T, D): the unconditional rows (g f), then the conditional ones
     * @param background of 2*B pairs, or {@link BackgroundFeatures#NONE}
     * @return (2*B*2, C, H, W): the unconditional rows (b f), then the conditional ones
     */
    default NDArray bothHalves(NDArray latents, NDArray timesteps, NDArray text, BackgroundFeatures background) {
        return forward(Operators.concat(List.of(latents, latents), 0), timesteps, text, background);
    }

    /**
     * The reference pass of BCM: the noised clean background through the U-Net with the GLOBAL branch's
     * LoRA alone and no SAIM.
     *
     * @param latents (B, C, H, W) noised latents of the backgrounds
     * @param timesteps int64 (B) or (1)
     * @param text (G, T, D) GLOBAL states
     * @return the input of every self-attention; the caller closes it after the main pass
     */
    BackgroundFeatures background(NDArray latents, NDArray timesteps, NDArray text);

    /** The next pass uses nothing of those before it. */
    default void forget() {}
}
