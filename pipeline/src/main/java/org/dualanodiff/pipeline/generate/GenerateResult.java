package org.dualanodiff.pipeline.generate;

import java.io.Serializable;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.plan.GenerateUnit;

/**
 * What became of one generate unit.
 *
 * @param accepted samples written as good pairs
 * @param rejected samples written with the reasons why they are not
 * @param seconds of this task
 * @param times where they went
 * @param error what went wrong, or null; then nothing of the unit was written
 */
public record GenerateResult(
        GenerateUnit unit, int accepted, int rejected, double seconds, TaskTimes times, String error)
        implements Serializable {

    public static GenerateResult failed(GenerateUnit unit, double seconds, String error) {
        return new GenerateResult(unit, 0, 0, seconds, TaskTimes.NONE, error);
    }

    /** The same with some of the accepted samples found to be copies of others. */
    public GenerateResult withCopies(int copies) {
        return new GenerateResult(unit, accepted - copies, rejected + copies, seconds, times, error);
    }

    public GenerateResult withTimes(TaskTimes all) {
        return new GenerateResult(unit, accepted, rejected, seconds, all, error);
    }

    public boolean succeeded() {
        return error == null;
    }

    /** Samples made, good or not. */
    public int pairs() {
        return accepted + rejected;
    }

    /** Samples asked for that were not made. */
    public int failed() {
        return succeeded() ? 0 : unit.missing().length;
    }
}
