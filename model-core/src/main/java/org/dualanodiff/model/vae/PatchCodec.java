package org.dualanodiff.model.vae;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.ParameterLayout;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;

/**
 * An autoencoder in closed form: each patch of pixels is projected on the principal components of patches (see
 * {@link Fit}). No mean is subtracted, so that mid-grey, the ground of every anomaly part, is exactly latent
 * zero. For small bases: it needs no training and keeps small parts sharper than a small KL autoencoder does.
 *
 * <p>Decoded each alone, patches show their borders. A codec may have a refinement, a small decoder of Stable Diffusion's
 * shape that sees all latents and adds to what they decode to; {@code DecoderTrainer} trains it.
 *
 * <p>Weights: {@code encoder.weight} (C, 3, f, f) and {@code decoder.weight} (C, 3, f, f); beside the latter, those of the
 * refinement under the names of {@link KlAutoencoder}'s decoder.
 */
public final class PatchCodec implements Autoencoder {

    private final Config config;
    private final NDArray encoder;
    private final NDArray decoder;
    private final Optional<Refinement> refinement;

    PatchCodec(Config config, Weights weights) {
        int side = config.patchSize();
        this.config = config;
        encoder = weights.tensor("encoder.weight", config.latentChannels(), 3, side, side);
        decoder = weights.tensor("decoder.weight", config.latentChannels(), 3, side, side);
        refinement =
                config.refinementChannels().isEmpty() ? Optional.empty() : Optional.of(new Refinement(config, weights));
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
        if (refinement.isEmpty()) {
            return Operators.composePatches(latents, decoder);
        }
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(Operators.add(
                    Operators.composePatches(latents, decoder), refinement.get().forward(latents)));
        }
    }

    /**
     * What is added to what the patches decode to: latents (N, C, h, w) -> pixels (N, 3, h f, w f). It works on finer grids
     * than that of the latents, down to pixels of {@link Config#finestSide} that its last channels hold.
     */
    public static final class Refinement {

        private final KlAutoencoder.Decoder decoder;
        private final NDArray pixels;

        public Refinement(Config config, Weights weights) {
            int side = config.finestSide();
            int numbers = 3 * side * side;
            float[] each = new float[numbers * numbers];
            for (int i = 0; i < numbers; i++) {
                each[i * numbers + i] = 1;
            }
            decoder = new KlAutoencoder.Decoder(weights.at("decoder"), config.refinement());
            pixels = weights.constant(each, numbers, 3, side, side);
        }

        public NDArray forward(NDArray latents) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray numbers = decoder.forward(latents);
                return scope.release(Operators.composePatches(Operators.cast(numbers, Precision.FP32), pixels));
            }
        }
    }

    /**
     * Sizes of a {@link PatchCodec}.
     *
     * @param latentChannels numbers kept of each patch
     * @param patchSize height and width of a patch, in pixels
     * @param sampleSize height and width of the images that it was fitted for
     * @param refinementChannels channels of the refinement on each of its grids, from the finest to that of the latents, each
     *     half as fine; empty: there is none
     */
    public record Config(int latentChannels, int patchSize, int sampleSize, List<Integer> refinementChannels)
            implements Autoencoder.Config {
        private static final int LARGEST_PATCH = 64;
        private static final int REFINEMENT_GROUPS = 8;

        static final String CLASS_NAME = "PatchCodec";

        public Config {
            refinementChannels = List.copyOf(refinementChannels);
        }

        static Config fromJson(JsonObject json, String source) {
            ConfigReader config = new ConfigReader(json, source);
            Config result = new Config(
                    config.positive("latent_channels", 8),
                    config.positive("patch_size", 4),
                    config.positive("sample_size", 128),
                    config.positives("refinement_channels", List.of()));
            config.require(
                    result.refinementChannels.isEmpty()
                            || result.patchSize % (1L << result.refinementChannels.size() - 1) == 0
                                    && result.refinementChannels.stream().allMatch(n -> n % REFINEMENT_GROUPS == 0),
                    "refinement_channels: multiples of %d, at most one more than patch size %d can be halved, found %s",
                    REFINEMENT_GROUPS,
                    result.patchSize,
                    result.refinementChannels);
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
            Map<String, long[]> all = new TreeMap<>(layout.shapes());
            all.putAll(refinementParameters());
            return all;
        }

        /** Name and shape of the refinement's tensors, sorted by name. */
        public Map<String, long[]> refinementParameters() {
            return refinementChannels.isEmpty() ? Map.of() : refinement().decoderParameters();
        }

        /** The sizes of the refinement as those of a decoder of Stable Diffusion's, with one block on each grid. */
        private KlAutoencoderConfig refinement() {
            int numbers = 3 * finestSide() * finestSide();
            return new KlAutoencoderConfig(3, numbers, latentChannels, refinementChannels, 0, REFINEMENT_GROUPS, 1);
        }

        /** Pixels along each side of a position of the refinement's finest grid. */
        private int finestSide() {
            return patchSize >> refinementChannels.size() - 1;
        }

        /** The same codec with a refinement of these channels. */
        public Config refined(List<Integer> channels) {
            return new Config(latentChannels, patchSize, sampleSize, channels);
        }

        /** As {@code vae/config.json} says it. */
        public JsonObject toJson() {
            JsonObject json = new JsonObject();
            json.addProperty("_class_name", CLASS_NAME);
            json.addProperty("latent_channels", latentChannels);
            json.addProperty("patch_size", patchSize);
            if (!refinementChannels.isEmpty()) {
                JsonArray channels = new JsonArray();
                refinementChannels.forEach(channels::add);
                json.add("refinement_channels", channels);
            }
            json.addProperty("sample_size", sampleSize);
            return json;
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
