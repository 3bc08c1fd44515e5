package org.dualanodiff.jobs.metrics;

import java.io.Serializable;

/**
 * What the tasks of one executor, or of all, have done so far; failed attempts included.
 *
 * @param steps of training
 * @param pairs generated, good or not
 * @param accepted of them in tasks that have ended
 * @param rejected of them in tasks that have ended
 * @param failed pairs that tasks were to make and did not
 * @param gpuSeconds for which tasks held a GPU
 */
public record WorkDone(long steps, long pairs, long accepted, long rejected, long failed, double gpuSeconds)
        implements Serializable {

    static final WorkDone NOTHING = new WorkDone(0, 0, 0, 0, 0, 0);

    WorkDone plus(WorkDone other) {
        return new WorkDone(
                steps + other.steps,
                pairs + other.pairs,
                accepted + other.accepted,
                rejected + other.rejected,
                failed + other.failed,
                gpuSeconds + other.gpuSeconds);
    }

    /** The greater number of each kind. */
    WorkDone atLeast(WorkDone other) {
        return new WorkDone(
                Math.max(steps, other.steps),
                Math.max(pairs, other.pairs),
                Math.max(accepted, other.accepted),
                Math.max(rejected, other.rejected),
                Math.max(failed, other.failed),
                Math.max(gpuSeconds, other.gpuSeconds));
    }

    WorkDone minus(WorkDone other) {
        return new WorkDone(
                steps - other.steps,
                pairs - other.pairs,
                accepted - other.accepted,
                rejected - other.rejected,
                failed - other.failed,
                gpuSeconds - other.gpuSeconds);
    }
}
