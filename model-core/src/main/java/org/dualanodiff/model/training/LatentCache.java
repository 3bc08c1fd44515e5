package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.dualanodiff.model.BaseModel;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.TrainingPixels;
import org.dualanodiff.model.image.TrainingTransform;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.vae.Autoencoder;

/**
 * The latent distribution of every view of every training image, encoded once before training: the
 * frozen autoencoder would give the same answer at every step. A view is one flip of one window of an
 * image; rows are views, (v f).
 *
 * <p>Mean and standard deviation are kept and not a sample, so that each step still draws its own latents.
 */
final class LatentCache implements AutoCloseable {

    private final NDArray means;
    private final NDArray deviations;
    private final int views;

    private LatentCache(NDArray means, NDArray deviations, int views) {
        this.means = means;
        this.deviations = deviations;
        this.views = views;
    }

    /** Encodes all views of all examples. */
    static LatentCache encode(BaseModel base, List<TrainingExample> examples, TrainingConfig config) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            List<NDArray> means = new ArrayList<>();
            List<NDArray> deviations = new ArrayList<>();
            for (TrainingPixels view : views(examples, config)) {
                Autoencoder.Posterior posterior = base.autoencoder().encode(pair(view, base));
                means.add(base.autoencoder().toDiffusion(posterior.mean()));
                deviations.add(base.autoencoder().toDiffusion(posterior.standardDeviation()));
            }
            return new LatentCache(
                    TensorScope.disown(Operators.concat(means, 0)),
                    TensorScope.disown(Operators.concat(deviations, 0)),
                    means.size());
        }
    }

    private static List<TrainingPixels> views(List<TrainingExample> examples, TrainingConfig config) {
        TrainingTransform transform = new TrainingTransform(config.resolution());
        return examples.stream()
                .flatMap(example -> flips(config).stream()
                        .flatMap(flip -> transform.windows(example.image(), example.mask(), flip).stream()))
                .toList();
    }

    private static List<Flip> flips(TrainingConfig config) {
        return Arrays.stream(Flip.values())
                .filter(flip -> config.horizontalFlip() || !flip.horizontal())
                .filter(flip -> config.verticalFlip() || !flip.vertical())
                .toList();
    }

    /** Both branches' pixels, (2, 3, size, size). */
    private static NDArray pair(TrainingPixels view, BaseModel base) {
        float[] both = Arrays.copyOf(view.image(), view.image().length * Branch.COUNT);
        System.arraycopy(view.anomaly(), 0, both, view.image().length, view.anomaly().length);
        return Tensors.of(both, base.device(), Branch.COUNT, 3, view.size(), view.size());
    }

    /** Number of views of all examples together. */
    int views() {
        return views;
    }

    /** The shape of the latents of {@code pairs} pairs: (pairs*2, C, h, w). */
    long[] shape(int pairs) {
        long[] shape = Tensors.shape(means).clone();
        shape[0] = (long) pairs * Branch.COUNT;
        return shape;
    }

    /**
     * A sample of the latents of the given views.
     *
     * @param noise standard normal, {@link #shape} of the views
     * @return (views*2, C, h, w), scaled as the U-Net takes them
     */
    NDArray sample(int[] chosen, NDArray noise) {
        try (TensorScope scope = TensorScope.open()) {
            long[] rows = Arrays.stream(chosen)
                    .asLongStream()
                    .flatMap(view -> LongStream.range(0, Branch.COUNT).map(f -> view * Branch.COUNT + f))
                    .toArray();
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
