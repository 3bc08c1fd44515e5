package org.dualanodiff.model.training;

/** Sees every step of a training. */
@FunctionalInterface
public interface TrainingListener {

    TrainingListener NONE = (step, steps, loss) -> {};

    /**
     * @param step the step just made, from 1
     * @param loss of its batch, before the update
     */
    void afterStep(int step, int steps, double loss);
}
