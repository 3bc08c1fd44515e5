package org.dualanodiff.model.vae;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * A linear autoencoder in closed form: each patch of pixels is projected on the principal components of patches (see
 * {@link PatchCodecFit}). No mean is subtracted, so that mid-grey, the ground of every anomaly part, is exactly latent
 * zero. For small bases: it needs no training and keeps small parts sharper than a small KL autoencoder does.
 *
 * <p>Weights: {@code encoder.weight} (C, 3, f, f) and {@code decoder.weight} (C, 3, f, f).
 */
final class PatchCodec implements Autoencoder {

    private final PatchCodecConfig config;
    private final NDArray encoder;
    private final NDArray decoder;

    private PatchCodec(PatchCodecConfig config, Weights weights) {
        int side = config.patchSize();
        this.config = config;
        encoder = weights.tensor("encoder.weight", config.latentChannels(), 3, side, side);
        decoder = weights.tensor("decoder.weight", config.latentChannels(), 3, side, side);
    }

    static PatchCodec load(PatchCodecConfig config, Weights weights) {
        return new PatchCodec(config, weights);
    }

    @Override
    public PatchCodecConfig config() {
        return config;
    }

    /** The latents are certain: their variance is the smallest there is. */
    @Override
    public Posterior encode(NDArray pixels) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray mean = Operators.projectPatches(pixels, encoder);
            NDArray logVariance = Operators.fill(mean, MIN_LOG_VARIANCE);
            return new Posterior(scope.release(mean), scope.release(logVariance));
        }
    }

    @Override
    public NDArray decode(NDArray latents) {
        return Operators.composePatches(latents, decoder);
    }
}
