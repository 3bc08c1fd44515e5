package org.dualanodiff.pipeline.pretrain;

import java.io.Serializable;

/**
 * What pretraining has come to.
 *
 * @param model the model directory
 * @param steps made so far
 * @param of steps wanted; the same command continues where fewer were made
 * @param seconds of this run
 * @param loss mean of the last steps of this run
 */
public record PretrainResult(String model, int steps, int of, double seconds, double loss) implements Serializable {

    public boolean isComplete() {
        return steps >= of;
    }
}
