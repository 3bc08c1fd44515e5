package org.dualanodiff.pipeline.upkeep;

import java.time.Duration;

/**
 * What may go.
 *
 * @param keep how old something must be that may still be of use, such as the checkpoint of a training
 * @param finishedRuns whether runs with a manifest may go, too, if no published data set refers to them
 */
public record GarbageRules(Duration keep, boolean finishedRuns) {

    /** What is being written at this moment is younger than this. */
    static final Duration IN_USE = Duration.ofDays(1);

    /** At least a day, whatever is asked for. */
    Duration keepAtLeast() {
        return keep.compareTo(IN_USE) < 0 ? IN_USE : keep;
    }
}
