package org.dualanodiff.model.sampling;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.vae.Autoencoder.LatentDistribution;

/**
 * Clean background pictures, encoded once, from which each sample of a series takes one: which one, and all
 * noise, follow from the series and the sample's index.
 */
public final class CleanBackgrounds implements AutoCloseable {

    /** Unconditional and conditional. */
    private static final int HALVES = 2;

    private final BaseModel base;
    private final LatentDistribution pictures;
    private final int count;

    /**
     * @param pictures each (3, side, side) in [-1, 1], black under the object; at least one
     * @param scaled whether their latents are scaled; as the adapter was trained
     */
    public CleanBackgrounds(BaseModel base, List<float[]> pictures, int side, boolean scaled) {
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException("background compensation needs at least one clean background");
        }
        this.base = base;
        this.count = pictures.size();
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            LatentDistribution.Builder encoded = new LatentDistribution.Builder(base.autoencoder(), scaled);
            encoded.add(List.of(new float[pictures.get(0).length]), base.device(), side);
            pictures.forEach(pixels -> encoded.add(List.of(pixels), base.device(), side));
            this.pictures = encoded.done();
        }
    }

    /** The reference of the samples {@code first} to {@code first + pairs - 1}; belongs to the open scope. */
    BackgroundReference of(SampleSeries series, long first, int pairs) {
        UniformRandomProvider[] random = IntStream.range(0, pairs)
                .mapToObj(b -> series.generator("background", first + b))
                .toArray(UniformRandomProvider[]::new);
        // Row 0 is the mid-grey picture of the unconditional half.
        long[] rows = new long[HALVES * pairs];
        for (int b = 0; b < pairs; b++) {
            rows[pairs + b] = 1 + random[b].nextInt(count);
        }
        NDArray clean = pictures.sample(rows, noise(random));
        return (timestep, both) -> {
            NDArray noise = noise(random);
            int[] timesteps = new int[HALVES * pairs];
            Arrays.fill(timesteps, timestep);
            NDArray noisy = base.schedule().addNoise(clean, noise, timesteps);
            return both ? noisy : Operators.narrow(noisy, 0, pairs, pairs);
        };
    }

    /** Each pair's generator gives its own rows, so that neighbours in the batch change nothing: (2*B, C, h, w). */
    private NDArray noise(UniformRandomProvider[] random) {
        long[] shape = pictures.shape(HALVES * random.length);
        int row = Math.toIntExact(shape[1] * shape[2] * shape[3]);
        float[] values = new float[HALVES * random.length * row];
        for (int half = 0; half < HALVES; half++) {
            for (int b = 0; b < random.length; b++) {
                float[] own = NoiseSource.gaussian(random[b], row);
                System.arraycopy(own, 0, values, (half * random.length + b) * row, row);
            }
        }
        return Tensors.of(values, base.device(), shape);
    }

    @Override
    public void close() {
        pictures.close();
    }

    /** The noised clean backgrounds of a batch of pairs, for the reference pass of background compensation. */
    public interface BackgroundReference {

        /**
         * Latents for the next model call, with fresh noise.
         *
         * @param both whether the unconditional half is computed, too: its reference is a mid-grey image
         * @return with {@code both} (2*B, C, h, w), the unconditional rows first; else (B, C, h, w)
         */
        NDArray noised(int timestep, boolean both);
    }
}
