package org.dualanodiff.model.training;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.TrainingTransform;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;
import org.dualanodiff.model.vae.Autoencoder.LatentDistribution;

/**
 * The latents of every view of every training image, encoded once before training: the frozen autoencoder
 * would give the same answer at every step. A view is one flip of one window of an image.
 *
 * @param pairs rows are views and branches, (v f)
 * @param backgrounds rows are views; for background compensation
 */
record LatentCache(LatentDistribution pairs, Optional<LatentDistribution> backgrounds) implements AutoCloseable {

    /**
     * Encodes all views of all examples.
     *
     * @throws IllegalArgumentException if background compensation is on and an example has no object mask
     */
    static LatentCache encode(BaseModel base, List<TrainingExample> examples, TrainingConfig config) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            boolean compensated = config.compensated();
            LatentDistribution.Builder pairs = new LatentDistribution.Builder(base.autoencoder(), true);
            LatentDistribution.Builder backgrounds =
                    new LatentDistribution.Builder(base.autoencoder(), config.background() == BackgroundMode.SCALED);
            views(examples, config).forEachOrdered(view -> {
                pairs.add(List.of(view.image(), view.anomaly()), base.device(), view.size());
                if (compensated) {
                    backgrounds.add(List.of(view.background().orElseThrow()), base.device(), view.size());
                }
            });
            return new LatentCache(pairs.done(), compensated ? Optional.of(backgrounds.done()) : Optional.empty());
        }
    }

    /** Of one image and one flip in memory at a time. */
    private static Stream<TrainingTransform.Pixels> views(List<TrainingExample> examples, TrainingConfig config) {
        TrainingTransform transform = new TrainingTransform(config.resolution(), config.ground());
        return examples.stream()
                .flatMap(example ->
                        config.flips().stream().flatMap(flip -> views(transform, example, flip, config).stream()));
    }

    private static List<TrainingTransform.Pixels> views(
            TrainingTransform transform, TrainingExample example, Flip flip, TrainingConfig config) {
        if (!config.compensated()) {
            return transform.windows(example.image(), example.mask(), Optional.empty(), flip);
        }
        if (example.objectMask().isEmpty()) {
            throw new IllegalArgumentException(
                    "background compensation needs the object mask of every training image; %s has none"
                            .formatted(example.name()));
        }
        return transform.windows(example.image(), example.mask(), example.objectMask(), flip);
    }

    /** Number of views of all examples together. */
    int views() {
        return Math.toIntExact(Tensors.shape(pairs.means())[0] / Branch.COUNT);
    }

    /** Both branches of the given views: their rows in {@link #pairs}. */
    static long[] pairRows(int[] views) {
        return Arrays.stream(views)
                .asLongStream()
                .flatMap(view -> LongStream.range(0, Branch.COUNT).map(f -> view * Branch.COUNT + f))
                .toArray();
    }

    @Override
    public void close() {
        pairs.close();
        backgrounds.ifPresent(LatentDistribution::close);
    }
}
