package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;

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
     * The reference pass of BCM: the noised clean background through the U-Net with the GLOBAL branch's
     * LoRA alone and no SAIM.
     *
     * @param latents (B, C, H, W) noised latents of the backgrounds
     * @param timesteps int64 (B) or (1)
     * @param text (G, T, D) GLOBAL states
     * @return the input of every self-attention; the caller closes it after the main pass
     */
    BackgroundFeatures background(NDArray latents, NDArray timesteps, NDArray text);
}
