package org.dualanodiff.model.vae;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.ParameterLayout;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * A linear autoencoder in closed form: each patch of pixels is projected on the principal components of patches (see
 * {@link Fit}). No mean is subtracted, so that mid-grey, the ground of every anomaly part, is exactly latent
 * zero. For small bases: it needs no training and keeps small parts sharper than a small KL autoencoder does.
 *
 * <p>Weights: {@code encoder.weight} (C, 3, f, f) and {@code decoder.weight} (C, 3, f, f).
 */
public final class PatchCodec implements Autoencoder {

    private final Config config;
    private final NDArray encoder;
    private final NDArray decoder;

    PatchCodec(Config config, Weights weights) {
        int side = config.patchSize();
        this.config = config;
        encoder = weights.tensor("encoder.weight", config.latentChannels(), 3, side, side);
        decoder = weights.tensor("decoder.weight", config.latentChannels(), 3, side, side);
    }

    @Override
    public Config config() {
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

    /**
     * Sizes of a {@link PatchCodec}.
     *
     * @param latentChannels numbers kept of each patch
     * @param patchSize height and width of a patch, in pixels
     * @param sampleSize height and width of the images that it was fitted for
     */
    public record Config(int latentChannels, int patchSize, int sampleSize) implements Autoencoder.Config {
        private static final int LARGEST_PATCH = 64;

        static final String CLASS_NAME = "PatchCodec";

        static Config fromJson(JsonObject json, String source) {
            ConfigReader config = new ConfigReader(json, source);
            Config result = new Config(
                    config.positive("latent_channels", 8),
                    config.positive("patch_size", 4),
                    config.positive("sample_size", 128));
            config.require(
                    result.patchSize <= LARGEST_PATCH,
                    "patch_size: must be at most %d, found %d",
                    LARGEST_PATCH,
                    result.patchSize);
            config.require(
                    result.latentChannels <= result.patchNumbers(),
                    "latent_channels: must be at most %d, the numbers of a patch, found %d",
                    result.patchNumbers(),
                    result.latentChannels);
            config.throwIfInvalid();
            return result;
        }

        @Override
        public Map<String, long[]> parameters() {
            ParameterLayout layout = new ParameterLayout();
            layout.tensor("encoder.weight", latentChannels, 3, patchSize, patchSize);
            layout.tensor("decoder.weight", latentChannels, 3, patchSize, patchSize);
            return layout.shapes();
        }

        /** Red, green and blue of every pixel of a patch. */
        public int patchNumbers() {
            return 3 * patchSize * patchSize;
        }

        /** The fitted latents have variance 1 as they are. */
        @Override
        public double scalingFactor() {
            return 1;
        }

        @Override
        public int downsamplingFactor() {
            return patchSize;
        }
    }

    /**
     * Fits a {@link PatchCodec} to pictures: the principal components of their patches, of the largest second moments.
     *
     * <p>The raw coordinates differ widely in size. Each is divided by the root of its deviation, which brings them closer
     * together and still leaves the first ones the larger, and all by one number more, so that the mean variance of the
     * latents is 1. Not safe to use from several threads.
     */
    public static final class Fit {

        /** Of the largest; directions that no picture has shown would else turn a new one into huge numbers. */
        private static final double LEAST_VARIANCE = 1e-6;

        private final Config config;
        private final double[][] moments;
        private long patches;

        public Fit(Config config) {
            this.config = config;
            this.moments = new double[config.patchNumbers()][config.patchNumbers()];
        }

        /** Takes in a picture: (3, side, side) in [-1, 1], side a multiple of the patch size. */
        public void add(float[] pixels, int side) {
            double[] patch = new double[config.patchNumbers()];
            for (int top = 0; top < side; top += config.patchSize()) {
                for (int left = 0; left < side; left += config.patchSize()) {
                    read(pixels, side, top, left, patch);
                    accumulate(patch);
                }
            }
        }

        private void read(float[] pixels, int side, int top, int left, double[] patch) {
            int size = config.patchSize();
            for (int i = 0; i < patch.length; i++) {
                int channel = i / (size * size);
                int y = top + i / size % size;
                patch[i] = pixels[(channel * side + y) * side + left + i % size];
            }
        }

        private void accumulate(double[] patch) {
            for (int i = 0; i < patch.length; i++) {
                for (int j = 0; j <= i; j++) {
                    moments[i][j] += patch[i] * patch[j];
                }
            }
            patches++;
        }

        /**
         * The codec's weights by name, each (C, 3, f, f) in row-major order.
         *
         * @throws IllegalStateException if there was no picture
         */
        public Map<String, float[]> weights() {
            if (patches == 0) {
                throw new IllegalStateException("a patch codec is fitted to pictures; there was none");
            }
            // Of a symmetric matrix they are its eigenvectors; this way also converges where eigenvalues coincide.
            SingularValueDecomposition components = new SingularValueDecomposition(secondMoments());
            int channels = config.latentChannels();
            double[] deviations = new double[channels];
            double total = 0;
            double least = LEAST_VARIANCE * Math.max(1, components.getSingularValues()[0]);
            for (int c = 0; c < channels; c++) {
                deviations[c] = Math.sqrt(Math.max(components.getSingularValues()[c], least));
                total += deviations[c];
            }
            double common = Math.sqrt(total / channels);
            Map<String, float[]> weights = new LinkedHashMap<>();
            weights.put("encoder.weight", scaled(components, deviations, 1 / common, -0.5));
            weights.put("decoder.weight", scaled(components, deviations, common, 0.5));
            return weights;
        }

        private Array2DRowRealMatrix secondMoments() {
            double[][] full = new double[moments.length][moments.length];
            for (int i = 0; i < moments.length; i++) {
                for (int j = 0; j <= i; j++) {
                    full[i][j] = moments[i][j] / patches;
                    full[j][i] = full[i][j];
                }
            }
            return new Array2DRowRealMatrix(full, false);
        }

        private float[] scaled(
                SingularValueDecomposition components, double[] deviations, double common, double power) {
            int numbers = config.patchNumbers();
            float[] weight = new float[deviations.length * numbers];
            for (int i = 0; i < weight.length; i++) {
                int channel = i / numbers;
                double factor = common * Math.pow(deviations[channel], power);
                weight[i] = (float) (factor * components.getU().getEntry(i % numbers, channel));
            }
            return weight;
        }
    }
}
