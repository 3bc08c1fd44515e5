package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.DualObjective.TrainingBatch;
import org.dualanodiff.model.vae.Autoencoder.LatentDistribution;

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
    private Drawn next;

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

    /** What a batch is made of, as the host draws it. */
    private record Drawn(int step, int[] timesteps, int[] views, Noise pairs, Optional<Noise> backgrounds) {}

    /** To sample latents with, and to add to them. */
    private record Noise(float[] sampling, float[] added) {}

    /** Draws the batch of a step, while a GPU computes. */
    void draw(int step) {
        UniformRandomProvider random = generator("step", step);
        int[] timesteps =
                random.ints(config.batchSize(), 0, base.schedule().length()).toArray();
        int[] views = views(step);
        next = new Drawn(
                step,
                timesteps,
                views,
                noise(random, latents.pairs(), LatentCache.pairRows(views).length),
                latents.backgrounds().map(like -> noise(generator("background", step), like, views.length)));
    }

    private static Noise noise(UniformRandomProvider random, LatentDistribution like, int rows) {
        int count = Math.toIntExact(Arrays.stream(like.shape(rows)).reduce(1, (a, b) -> a * b));
        return new Noise(NoiseSource.gaussian(random, count), NoiseSource.gaussian(random, count));
    }

    /** @param step from 1 */
    TrainingBatch batch(int step) {
        if (next == null || next.step() != step) {
            draw(step);
        }
        Drawn drawn = next;
        try (TensorScope scope = TensorScope.open()) {
            long[] pairRows = LatentCache.pairRows(drawn.views());
            NDArray clean = sample(latents.pairs(), pairRows, drawn.pairs());
            NDArray noise = tensor(drawn.pairs().added(), latents.pairs(), pairRows.length);
            Optional<TrainingBatch.Background> background = latents.backgrounds()
                    .map(distribution -> background(
                            distribution, drawn.views(), drawn.backgrounds().orElseThrow(), scope));
            Optional<NDArray> weights = Optional.ofNullable(ground)
                    .map(g -> scope.release(
                            DualOperators.defectWeights(clean, g, config.defectWeight(), DISTANCE_FROM_GROUND)));
            return new TrainingBatch(
                    scope.release(clean), scope.release(noise), drawn.timesteps(), weights, background);
        }
    }

    private TrainingBatch.Background background(
            LatentDistribution backgrounds, int[] views, Noise drawn, TensorScope scope) {
        long[] rows = Arrays.stream(views).asLongStream().toArray();
        NDArray clean = sample(backgrounds, rows, drawn);
        NDArray noise = tensor(drawn.added(), backgrounds, rows.length);
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

    private NDArray sample(LatentDistribution from, long[] rows, Noise drawn) {
        return from.sample(rows, tensor(drawn.sampling(), from, rows.length));
    }

    private NDArray tensor(float[] numbers, LatentDistribution like, int rows) {
        return Tensors.of(numbers, base.device(), like.shape(rows));
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
