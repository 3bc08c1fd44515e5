package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.torch.Operators;

/**
 * What one optimizer step learns from; B pairs, rows (b f).
 *
 * @param latents clean latents of both branches, (B*2, C, H, W)
 * @param noise independent noise of both branches, the same shape
 * @param timesteps one a pair, B numbers
 * @param weights of the positions in the loss, (B*2, 1, H, W); none: all weigh the same
 * @param background for the variant with BCM
 */
public record TrainingBatch(
        NDArray latents, NDArray noise, int[] timesteps, Optional<NDArray> weights, Optional<Background> background) {

    /**
     * @param latents of the clean background images, (B, C, H, W)
     * @param noise the same shape
     */
    public record Background(NDArray latents, NDArray noise) {}

    /** Without weights. */
    public TrainingBatch(NDArray latents, NDArray noise, int[] timesteps, Optional<Background> background) {
        this(latents, noise, timesteps, Optional.empty(), background);
    }

    /** The loss of a prediction: mean squared error, position by position as much as it weighs. */
    NDArray loss(NDArray prediction, NDArray target) {
        return weights.map(w -> Operators.weightedSquaredError(prediction, target, w))
                .orElseGet(() -> Operators.meanSquaredError(prediction, target));
    }

    /** Pairs {@code first} (inclusive) to {@code first + count} (exclusive). */
    TrainingBatch pairs(int first, int count) {
        return new TrainingBatch(
                rows(latents, first * Branch.COUNT, count * Branch.COUNT),
                rows(noise, first * Branch.COUNT, count * Branch.COUNT),
                Arrays.copyOfRange(timesteps, first, first + count),
                weights.map(w -> rows(w, first * Branch.COUNT, count * Branch.COUNT)),
                background.map(clean ->
                        new Background(rows(clean.latents(), first, count), rows(clean.noise(), first, count))));
    }

    private static NDArray rows(NDArray tensor, int first, int count) {
        return Operators.narrow(tensor, 0, first, count);
    }

    /** The timestep of every row: both branches of a pair share theirs. */
    int[] rowTimesteps() {
        return Arrays.stream(timesteps).flatMap(t -> IntStream.of(t, t)).toArray();
    }
}
