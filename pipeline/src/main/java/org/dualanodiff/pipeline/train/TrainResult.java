package org.dualanodiff.pipeline.train;

import java.io.Serializable;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.store.AdapterId;

/**
 * How the training of one adapter went.
 *
 * @param steps optimizer updates in all
 * @param resumedFrom updates that an earlier attempt had made
 * @param seconds of this attempt
 * @param times where they went
 * @param error what went wrong, or null
 */
public record TrainResult(
        AdapterId adapter, int steps, int resumedFrom, double finalLoss, double seconds, TaskTimes times, String error)
        implements Serializable {

    public static TrainResult failed(AdapterId adapter, double seconds, String error) {
        return new TrainResult(adapter, 0, 0, Double.NaN, seconds, TaskTimes.NONE, error);
    }

    public TrainResult withTimes(TaskTimes all) {
        return new TrainResult(adapter, steps, resumedFrom, finalLoss, seconds, all, error);
    }

    /** Updates made by this attempt. */
    public int stepsMade() {
        return steps - resumedFrom;
    }

    public boolean succeeded() {
        return error == null;
    }
}
