package org.dualanodiff.pipeline.generate;

import java.io.Serializable;
import java.util.List;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.samples.PairVerdict;

/**
 * What became of one generate unit.
 *
 * @param pairs that were staged, by ascending index
 * @param bytes of the file that they are in
 * @param seconds of this task
 * @param times where they went
 * @param error what went wrong, or null; then nothing of the unit was written
 */
public record GenerateResult(
        GenerateUnit unit, List<PairVerdict> pairs, long bytes, double seconds, TaskTimes times, String error)
        implements Serializable {

    public GenerateResult {
        pairs = List.copyOf(pairs);
    }

    public static GenerateResult failed(GenerateUnit unit, double seconds, String error) {
        return new GenerateResult(unit, List.of(), 0, seconds, TaskTimes.NONE, error);
    }

    public GenerateResult withTimes(TaskTimes all) {
        return new GenerateResult(unit, pairs, bytes, seconds, all, error);
    }

    public boolean succeeded() {
        return error == null;
    }

    /** Good pairs, as far as a task can tell. */
    public int accepted() {
        return (int) pairs.stream().filter(PairVerdict::accepted).count();
    }

    public int rejected() {
        return pairs.size() - accepted();
    }

    /** Pairs asked for that were not made. */
    public int failed() {
        return succeeded() ? 0 : unit.missing().size();
    }
}
