package org.dualanodiff.model.vae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * Pixels (N, 3, H, W) in [-1, 1] to latents (N, C, H/f, W/f) and back.
 *
 * <p>Nothing here applies the scaling factor, except where latents "as the U-Net works on them" are given or taken.
 */
public sealed interface Autoencoder permits KlAutoencoder, PatchCodec {

    /** Log variance of latents that are certain; larger values are capped at {@link #MAX_LOG_VARIANCE}. */
    double MIN_LOG_VARIANCE = -30;

    double MAX_LOG_VARIANCE = 20;

    /** @throws org.dualanodiff.model.checkpoint.CheckpointException if a tensor is missing or has a wrong shape */
    static Autoencoder load(Config config, Weights weights) {
        return config instanceof PatchCodec.Config patches
                ? new PatchCodec(patches, weights)
                : new KlAutoencoder((KlAutoencoderConfig) config, weights);
    }

    Config config();

    /** pixels (N, 3, H, W) in [-1, 1]; H and W multiples of the down-sampling factor. */
    Posterior encode(NDArray pixels);

    /** latents (N, C, h, w) -> pixels (N, 3, H, W), around [-1, 1] and not clamped. */
    NDArray decode(NDArray latents);

    /** From the encoder's latents to those that the U-Net works on: times the scaling factor. */
    default NDArray toDiffusion(NDArray latents) {
        return Operators.multiply(latents, config().scalingFactor());
    }

    /** The mean latents of pictures as the U-Net works on them: pixels (N, 3, H, W) -> (N, C, h, w). */
    default NDArray meanLatents(NDArray pixels) {
        return toDiffusion(encode(pixels).mean());
    }

    /** Latents (N, C, h, w) as the U-Net works on them to the pixels of the pictures, (N, 3, H, W) row major, not clamped. */
    default float[] pixels(NDArray latents) {
        try (TensorScope scope = TensorScope.open()) {
            return Tensors.floats(decode(Operators.multiply(latents, 1 / config().scalingFactor())));
        }
    }

    /** Pixels along each side for one latent. */
    default int factor() {
        return config().downsamplingFactor();
    }

    /**
     * The distribution of latents of an image.
     *
     * @param mean (N, C, h, w)
     * @param logVariance the same shape, clamped to [-30, 20]
     */
    record Posterior(NDArray mean, NDArray logVariance) {

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

    /** Sizes of the part between pixels and latents, as in {@code vae/config.json}. */
    sealed interface Config permits KlAutoencoderConfig, PatchCodec.Config {

        /**
         * Reads a configuration of either kind, told apart by {@code _class_name}.
         *
         * @param source the file's name for messages
         * @throws org.dualanodiff.model.checkpoint.CheckpointException naming every key whose value is not supported
         */
        static Config fromJson(JsonObject json, String source) {
            String kind = new ConfigReader(json, source).text("_class_name", KlAutoencoderConfig.CLASS_NAME);
            return kind.equals(PatchCodec.Config.CLASS_NAME)
                    ? PatchCodec.Config.fromJson(json, source)
                    : KlAutoencoderConfig.fromJson(json, source);
        }

        /** Name and shape of every tensor, sorted by name. */
        Map<String, long[]> parameters();

        int latentChannels();

        /** What latents are multiplied by before they enter the denoiser. */
        double scalingFactor();

        /** Image pixels a latent position, along one axis. */
        int downsamplingFactor();
    }

    /**
     * Mean and standard deviation of the latents of many pictures, a row each. Kept instead of a sample, so
     * that every use still draws its own.
     *
     * @param means (rows, C, h, w)
     * @param deviations the same shape
     */
    public record LatentDistribution(NDArray means, NDArray deviations) implements AutoCloseable {

        /** Collects pictures one after another; belongs to the open scope until {@link #done}. */
        public static final class Builder {

            private final Autoencoder autoencoder;
            private final boolean scaled;
            private final List<NDArray> means = new ArrayList<>();
            private final List<NDArray> deviations = new ArrayList<>();

            /** @param scaled whether the latents are multiplied by the scaling factor, as the U-Net takes them */
            public Builder(Autoencoder autoencoder, boolean scaled) {
                this.autoencoder = autoencoder;
                this.scaled = scaled;
            }

            /** pictures (3, side, side) in [-1, 1]: as many more rows. */
            public void add(List<float[]> pictures, Device device, int side) {
                try (TensorScope scope = TensorScope.open()) {
                    Autoencoder.Posterior posterior = autoencoder.encode(Tensors.pictures(pictures, device, side));
                    means.add(scope.release(scaled(posterior.mean())));
                    deviations.add(scope.release(scaled(posterior.standardDeviation())));
                }
            }

            private NDArray scaled(NDArray latents) {
                return scaled ? autoencoder.toDiffusion(latents) : latents;
            }

            public LatentDistribution done() {
                try (ConstructionScope parts = ConstructionScope.begin()) {
                    LatentDistribution done = new LatentDistribution(
                            TensorScope.disown(Operators.concat(means, 0)),
                            TensorScope.disown(Operators.concat(deviations, 0)));
                    parts.finish();
                    return done;
                }
            }
        }

        /** The shape of {@code rows} rows. */
        public long[] shape(int rows) {
            long[] shape = Tensors.shape(means).clone();
            shape[0] = rows;
            return shape;
        }

        /**
         * One sample of each of the given rows.
         *
         * @param noise standard normal, (rows, C, h, w)
         */
        public NDArray sample(long[] rows, NDArray noise) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray index = Tensors.of(rows, means.getDevice(), rows.length);
                NDArray spread = Operators.multiply(Operators.selectRows(deviations, index), noise);
                return scope.release(Operators.add(Operators.selectRows(means, index), spread));
            }
        }

        @Override
        public void close() {
            means.close();
            deviations.close();
        }
    }
}
