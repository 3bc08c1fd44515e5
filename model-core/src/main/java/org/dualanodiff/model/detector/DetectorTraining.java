package org.dualanodiff.model.detector;

import java.io.Serializable;

/**
 * How long and how fast a detector learns: Adam with betas 0.9 and 0.999 and a rate that falls from {@code learningRate}
 * to 0 along a half cosine. What the last step leaves is the result; no step is chosen by looking at a test set.
 *
 * @param steps updates
 * @param learningRate of the first step
 * @param seed of the first weights
 */
public record DetectorTraining(int steps, double learningRate, long seed) implements Serializable {

    public DetectorTraining {
        if (steps < 1) {
            throw new IllegalArgumentException("A detector needs at least one training step, was " + steps);
        }
        if (!(learningRate > 0)) {
            throw new IllegalArgumentException("The learning rate must be positive, was " + learningRate);
        }
    }

    /** @param step from 1 */
    double learningRate(int step) {
        return learningRate * (1 + Math.cos(Math.PI * (step - 1) / steps)) / 2;
    }
}
