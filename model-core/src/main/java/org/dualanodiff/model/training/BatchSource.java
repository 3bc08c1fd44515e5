package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.vae.LatentDistribution;

/**
 * The batch of any training step, from the seed and the step's number alone: a resumed training sees
 * what an uninterrupted one would have seen. Views come in a new random order every epoch.
 */
final class BatchSource implements AutoCloseable {

    /** Mean over the latent's channels, whose deviation is about 1: beyond, a position is not ground. */
    private static final double DISTANCE_FROM_GROUND = 0.1;

    private final BaseModel base;
    private final LatentCache latents;
    private final TrainingConfig config;
    private final NDArray ground;

    BatchSource(BaseModel base, LatentCache latents, TrainingConfig config) {
        this.base = base;
        this.latents = latents;
        this.config = config;
        this.ground = config.defectWeight() == 1 ? null : ground(base, config);
    }

    private static NDArray ground(BaseModel base, TrainingConfig config) {
        int side = config.resolution();
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray pixels = Tensors.of(config.ground().picture(side), base.device(), 1, 3, side, side);
            return TensorScope.disown(base.autoencoder().meanLatents(pixels));
        }
    }

    /** @param step from 1 */
    TrainingBatch batch(int step) {
        try (TensorScope scope = TensorScope.open()) {
            UniformRandomProvider random = generator("step", step);
            int[] timesteps =
                    random.ints(config.batchSize(), 0, base.schedule().length()).toArray();
            int[] views = views(step);
            long[] pairRows = LatentCache.pairRows(views);
            NDArray clean = latents.pairs().sample(pairRows, gaussian(random, latents.pairs(), pairRows.length));
            NDArray noise = gaussian(random, latents.pairs(), pairRows.length);
            Optional<TrainingBatch.Background> background = latents.backgrounds()
                    .map(distribution -> background(distribution, views, generator("background", step), scope));
            Optional<NDArray> weights = Optional.ofNullable(ground)
                    .map(g -> scope.release(
                            DualOperators.defectWeights(clean, g, config.defectWeight(), DISTANCE_FROM_GROUND)));
            return new TrainingBatch(scope.release(clean), scope.release(noise), timesteps, weights, background);
        }
    }

    private TrainingBatch.Background background(
            LatentDistribution backgrounds, int[] views, UniformRandomProvider random, TensorScope scope) {
        long[] rows = Arrays.stream(views).asLongStream().toArray();
        NDArray clean = backgrounds.sample(rows, gaussian(random, backgrounds, rows.length));
        NDArray noise = gaussian(random, backgrounds, rows.length);
        return new TrainingBatch.Background(scope.release(clean), scope.release(noise));
    }

    private int[] views(int step) {
        long first = (long) (step - 1) * config.batchSize();
        return IntStream.range(0, config.batchSize()).map(b -> view(first + b)).toArray();
    }

    /** The view at a place in the endless sequence of shuffled epochs. */
    private int view(long place) {
        int[] order = IntStream.range(0, latents.views()).toArray();
        PermutationSampler.shuffle(generator("epoch", place / latents.views()), order);
        return order[(int) (place % latents.views())];
    }

    private NDArray gaussian(UniformRandomProvider random, LatentDistribution like, int rows) {
        long[] shape = like.shape(rows);
        int count = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        return Tensors.of(NoiseSource.gaussian(random, count), base.device(), shape);
    }

    private UniformRandomProvider generator(String what, long number) {
        return NoiseSource.generator("training", Long.toString(config.seed()), what, Long.toString(number));
    }

    @Override
    public void close() {
        if (ground != null) {
            ground.close();
        }
    }
}
