package org.dualanodiff.model.training;

import java.nio.file.Path;

/** Sees every step of a training. */
@FunctionalInterface
public interface TrainingListener {

    TrainingListener NONE = (step, steps, loss) -> {};

    /**
     * @param step the step just made, from 1
     * @param loss of its batch, before the update
     */
    void afterStep(int step, int steps, double loss);

    /** This one, and after it another. */
    default TrainingListener then(TrainingListener next) {
        TrainingListener first = this;
        return new TrainingListener() {
            @Override
            public void afterStep(int step, int steps, double loss) {
                first.afterStep(step, steps, loss);
                next.afterStep(step, steps, loss);
            }

            @Override
            public boolean wantsCheckpoint(int step) {
                return first.wantsCheckpoint(step) || next.wantsCheckpoint(step);
            }

            @Override
            public void afterCheckpoint(int step, Path state) {
                first.afterCheckpoint(step, state);
                next.afterCheckpoint(step, state);
            }
        };
    }

    /** Whether a resumable state is wanted after this step, besides those at every so many steps. */
    default boolean wantsCheckpoint(int step) {
        return false;
    }

    /**
     * @param step updates made so far
     * @param state the resumable state, just written; it is overwritten by the next one
     */
    default void afterCheckpoint(int step, Path state) {}
}
