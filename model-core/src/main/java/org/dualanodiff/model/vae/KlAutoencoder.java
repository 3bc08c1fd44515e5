package org.dualanodiff.model.vae;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/** The frozen KL autoencoder of Stable Diffusion (diffusers' {@code AutoencoderKL}). */
final class KlAutoencoder implements Autoencoder {

    private final KlAutoencoderConfig config;
    private final Encoder encoder;
    private final Convolution toMoments;
    private final Convolution fromLatents;
    private final Decoder decoder;

    private KlAutoencoder(KlAutoencoderConfig config, Weights weights) {
        int latent = config.latentChannels();
        this.config = config;
        encoder = Encoder.load(weights.at("encoder"), config);
        toMoments = Convolution.pointwise(weights.at("quant_conv"), 2 * latent, 2 * latent);
        fromLatents = Convolution.pointwise(weights.at("post_quant_conv"), latent, latent);
        decoder = Decoder.load(weights.at("decoder"), config);
    }

    static KlAutoencoder load(KlAutoencoderConfig config, Weights weights) {
        return new KlAutoencoder(config, weights);
    }

    @Override
    public KlAutoencoderConfig config() {
        return config;
    }

    @Override
    public Posterior encode(NDArray pixels) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray moments = toMoments.forward(encoder.forward(pixels));
            int latent = config.latentChannels();
            NDArray mean = Operators.copy(Operators.narrow(moments, 1, 0, latent));
            NDArray logVariance = Operators.narrow(moments, 1, latent, latent);
            NDArray clamped = Operators.clamp(logVariance, MIN_LOG_VARIANCE, MAX_LOG_VARIANCE);
            return new Posterior(scope.release(mean), scope.release(clamped));
        }
    }

    @Override
    public NDArray decode(NDArray latents) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(decoder.forward(fromLatents.forward(latents)));
        }
    }
}
