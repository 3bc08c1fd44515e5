package org.dualanodiff.model.training;

import java.io.Serializable;

/**
 * How an adapter is trained. Paper, section 4.1: 5000 steps, batch 4, learning rate 2e-5, rank 32, 512 pixels.
 *
 * @param steps optimizer updates
 * @param batchSize pairs a step
 * @param rank of every LoRA
 * @param resolution side of the square training images, in pixels
 * @param horizontalFlip whether images are also seen mirrored left to right
 * @param verticalFlip whether images are also seen upside down
 * @param checkpointEvery steps between two resumable states
 * @param seed of the adapter's first values, of the order of the images and of all noise
 */
public record TrainingConfig(
        int steps,
        int batchSize,
        double learningRate,
        double weightDecay,
        double maxGradientNorm,
        int rank,
        int resolution,
        boolean horizontalFlip,
        boolean verticalFlip,
        int checkpointEvery,
        long seed)
        implements Serializable {

    AdamW.Settings optimizer() {
        return AdamW.Settings.released(learningRate, weightDecay, maxGradientNorm);
    }
}
