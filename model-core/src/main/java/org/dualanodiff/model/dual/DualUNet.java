package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundFeatures;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.unet.UNet;

/**
 * The frozen U-Net run on both branches of every pair at once, with an adapter in its attentions: one
 * batched pass shares the base weights (paper, figure 2).
 *
 * <p>Shape legend: B pairs, C latent channels, H W latent size, G groups of pairs that share a text, T
 * text positions, D text width. Rows are {@code (b f)}, see {@link Branch}.
 */
public final class DualUNet implements PairDenoiser {

    private final UNet unet;
    private final Map<String, AdaptedAttention> attentions;

    public DualUNet(UNet unet, DualAdapter adapter) {
        this.unet = unet;
        this.attentions = adapter.attentions(unet.attentions());
    }

    @Override
    public NDArray forward(NDArray latents, NDArray timesteps, NDArray text, BackgroundFeatures background) {
        return forward(latents, timesteps, text, background, UNet.Listener.NONE);
    }

    /**
     * As {@link #forward(NDArray, NDArray, NDArray, BackgroundFeatures)}.
     *
     * @param listener sees intermediate features
     */
    public NDArray forward(
            NDArray latents, NDArray timesteps, NDArray text, BackgroundFeatures background, UNet.Listener listener) {
        return unet.forward(latents, timesteps, text, both(background), listener);
    }

    /** Nothing is detached: gradients flow through it. */
    @Override
    public BackgroundFeatures background(NDArray latents, NDArray timesteps, NDArray text) {
        return BackgroundFeatures.recorded(recorder -> unet.forward(latents, timesteps, text, reference(recorder)));
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
