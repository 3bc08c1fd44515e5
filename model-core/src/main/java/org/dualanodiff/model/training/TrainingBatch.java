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
 * @param background for the variant with BCM
 */
public record TrainingBatch(NDArray latents, NDArray noise, int[] timesteps, Optional<Background> background) {

    /**
     * @param latents of the clean background images, (B, C, H, W)
     * @param noise the same shape
     */
    public record Background(NDArray latents, NDArray noise) {}

    /** Pairs {@code first} (inclusive) to {@code first + count} (exclusive). */
    TrainingBatch pairs(int first, int count) {
        return new TrainingBatch(
                rows(latents, first * Branch.COUNT, count * Branch.COUNT),
                rows(noise, first * Branch.COUNT, count * Branch.COUNT),
                Arrays.copyOfRange(timesteps, first, first + count),
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
