package org.dualanodiff.model.vae;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * The frozen KL autoencoder of Stable Diffusion (diffusers' {@code AutoencoderKL}): pixels (N, 3, H, W)
 * in [-1, 1] to latents (N, C, H/f, W/f) and back.
 *
 * <p>Nothing here applies the scaling factor, except {@link #toDiffusion} and {@link #fromDiffusion},
 * which say so by their names.
 */
public final class Autoencoder {

    private static final double MIN_LOG_VARIANCE = -30;
    private static final double MAX_LOG_VARIANCE = 20;

    private final AutoencoderConfig config;
    private final Encoder encoder;
    private final Convolution toMoments;
    private final Convolution fromLatents;
    private final Decoder decoder;

    private Autoencoder(AutoencoderConfig config, Weights weights) {
        int latent = config.latentChannels();
        this.config = config;
        encoder = Encoder.load(weights.at("encoder"), config);
        toMoments = Convolution.pointwise(weights.at("quant_conv"), 2 * latent, 2 * latent);
        fromLatents = Convolution.pointwise(weights.at("post_quant_conv"), latent, latent);
        decoder = Decoder.load(weights.at("decoder"), config);
    }

    /** @throws org.dualanodiff.model.checkpoint.CheckpointException if a tensor is missing or has a wrong shape */
    public static Autoencoder load(AutoencoderConfig config, Weights weights) {
        return new Autoencoder(config, weights);
    }

    public AutoencoderConfig config() {
        return config;
    }

    /**
     * The distribution of latents of an image.
     *
     * @param mean (N, C, h, w)
     * @param logVariance the same shape, clamped to [-30, 20]
     */
    public record Posterior(NDArray mean, NDArray logVariance) {

        public NDArray standardDeviation() {
            try (TensorScope scope = TensorScope.open()) {
                return scope.release(Operators.exp(Operators.multiply(logVariance, 0.5)));
            }
        }

        /** {@code mean + std * noise}, noise of the same shape. */
        public NDArray sample(NDArray noise) {
            try (TensorScope scope = TensorScope.open()) {
                return scope.release(Operators.add(mean, Operators.multiply(standardDeviation(), noise)));
            }
        }
    }

    /** pixels (N, 3, H, W) in [-1, 1]; H and W multiples of the down-sampling factor. */
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

    /** latents (N, C, h, w) -> pixels (N, 3, H, W), around [-1, 1] and not clamped. */
    public NDArray decode(NDArray latents) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(decoder.forward(fromLatents.forward(latents)));
        }
    }

    /** From the encoder's latents to those that the U-Net works on: times the scaling factor. */
    public NDArray toDiffusion(NDArray latents) {
        return Operators.multiply(latents, config.scalingFactor());
    }

    /** From the U-Net's latents to those that the decoder takes. */
    public NDArray fromDiffusion(NDArray latents) {
        return Operators.multiply(latents, 1 / config.scalingFactor());
    }

    /** Pixels along each side for one latent. */
    public int factor() {
        return config.downsamplingFactor();
    }
}
