package org.dualanodiff.pipeline.pretrain;

import java.nio.file.Path;

/**
 * What pretraining has come to.
 *
 * @param model the model directory
 * @param steps made so far
 * @param of steps wanted; the same command continues where fewer were made
 * @param seconds of this run
 * @param loss mean of the last steps of this run
 */
public record PretrainResult(Path model, int steps, int of, double seconds, double loss) {

    public boolean isComplete() {
        return steps >= of;
    }
}
