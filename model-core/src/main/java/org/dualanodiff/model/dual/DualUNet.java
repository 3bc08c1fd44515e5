package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.dualanodiff.model.nn.AttentionProcessor;
import org.dualanodiff.model.unet.UNet;
import org.dualanodiff.model.unet.UNetListener;

/**
 * The frozen U-Net run on both branches of every pair at once, with an adapter in its attentions: one
 * batched pass shares the base weights (paper, figure 2).
 *
 * <p>Shape legend: B pairs, C latent channels, H W latent size, G groups of pairs that share a text, T
 * text positions, D text width. Rows are {@code (b f)}, see {@link Branch}.
 */
public final class DualUNet {

    private final UNet unet;
    private final Map<String, DualAttention> attentions;

    public DualUNet(UNet unet, DualAdapter adapter) {
        this.unet = unet;
        this.attentions = adapter.attentions(unet.attentions());
    }

    /** As {@link #forward(NDArray, NDArray, NDArray, BackgroundFeatures, UNetListener)}, without BCM or listener. */
    public NDArray forward(NDArray latents, NDArray timesteps, NDArray text) {
        return forward(latents, timesteps, text, BackgroundFeatures.NONE, UNetListener.NONE);
    }

    /**
     * Predicts the noise of both branches.
     *
     * @param latents (B*2, C, H, W)
     * @param timesteps int64 (B*2), or (1) for all; both branches of a pair share theirs
     * @param text (G*2, T, D), rows (g f); G divides B and equal consecutive groups of pairs share one
     * @param background from {@link #background}, or {@link BackgroundFeatures#NONE}
     * @return (B*2, C, H, W)
     */
    public NDArray forward(
            NDArray latents, NDArray timesteps, NDArray text, BackgroundFeatures background, UNetListener listener) {
        return unet.forward(latents, timesteps, text, both(background), listener);
    }

    /**
     * The reference pass of BCM: the noised clean background through the U-Net with the GLOBAL branch's
     * LoRA alone and no SAIM. Nothing is detached: gradients flow through it.
     *
     * @param latents (B, C, H, W) noised latents of the backgrounds
     * @param timesteps int64 (B) or (1)
     * @param text (G, T, D) GLOBAL states
     * @return the input of every self-attention; the caller closes it after the main pass
     */
    public BackgroundFeatures background(NDArray latents, NDArray timesteps, NDArray text) {
        BackgroundFeatures.Recorder features = new BackgroundFeatures.Recorder();
        unet.forward(latents, timesteps, text, reference(features), UNetListener.NONE);
        return features.recorded();
    }

    /** How attentions are computed in the main pass, over both branches. */
    public AttentionProcessor both(BackgroundFeatures background) {
        return (attention, hidden, text) ->
                attentions.get(attention.path()).both(attention, hidden, text, background.at(attention));
    }

    /** How attentions are computed in the reference pass: GLOBAL alone, its self-attentions' inputs recorded. */
    public AttentionProcessor reference(BackgroundFeatures.Recorder recorder) {
        return (attention, hidden, text) -> {
            recorder.record(attention, hidden);
            return attentions.get(attention.path()).alone(Branch.GLOBAL, attention, hidden, text);
        };
    }
}
