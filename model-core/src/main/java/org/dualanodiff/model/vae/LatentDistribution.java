package org.dualanodiff.model.vae;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

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

        /** pixels (n, 3, H, W) in [-1, 1]: n more rows. */
        public void add(NDArray pixels) {
            Autoencoder.Posterior posterior = autoencoder.encode(pixels);
            means.add(scaled(posterior.mean()));
            deviations.add(scaled(posterior.standardDeviation()));
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
