package org.dualanodiff.model.pretraining;

import org.dualanodiff.model.training.AdamW;

/**
 * How a base is trained.
 *
 * @param steps optimizer updates in all; the learning rate falls over the last {@link #DECAY} of them
 * @param batchSize pictures a step; half as many pairs
 * @param learningRate the highest
 * @param pairRank rank of the starting adapter that is trained on pairs beside the base; 0: single pictures only
 * @param resolution side of the square pictures, in pixels
 * @param averaging decay a step of the exponential moving average of the weights, which is what is kept in the end
 * @param checkpointEvery steps between two resumable states
 * @param seed of timesteps and noise
 */
public record PretrainingConfig(
        int steps,
        int batchSize,
        double learningRate,
        int pairRank,
        int resolution,
        double averaging,
        int checkpointEvery,
        long seed) {

    private static final int WARM_UP = 100;
    private static final double DECAY = 0.3;
    private static final double LAST_RATE = 0.05;

    public PretrainingConfig {
        if (steps < 1 || batchSize < 1 || pairRank < 0) {
            throw new IllegalArgumentException(
                    "steps and batch size must be positive and the pair's rank not negative, were %d, %d and %d"
                            .formatted(steps, batchSize, pairRank));
        }
    }

    public boolean pairs() {
        return pairRank > 0;
    }

    AdamW.Settings optimizer() {
        return new AdamW.Settings(learningRate, 0.9, 0.99, 1e-2, 1e-8, 1);
    }

    /** Rises from zero, stays, and falls linearly to a twentieth. */
    double learningRate(int step) {
        double rise = Math.min(1, (double) step / WARM_UP);
        double left = (steps - step) / (DECAY * steps);
        return learningRate * rise * Math.max(LAST_RATE, Math.min(1, left));
    }

    /** Smaller at first, while the weights still move far. */
    double averaging(int step) {
        return Math.min(averaging, (1.0 + step) / (10 + step));
    }
}
