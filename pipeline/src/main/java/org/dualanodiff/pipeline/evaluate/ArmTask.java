package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.List;

/**
 * One detector to train and test: an arm on a category with a seed.
 *
 * @param runId the run that {@code generated} without a name means
 * @param first whether this is the arm's first seed, whose best and worst cases are shown
 */
public record ArmTask(Arm arm, long seed, boolean first, CategoryData data, String runId, EvaluationSettings settings)
        implements Serializable {

    /** For people: {@code category, arm, seed}. */
    public String label() {
        return "%s, %s, seed %d".formatted(data.category(), arm.name(), seed);
    }

    List<String> runs(Arm.Source source) {
        return source.runsOr(runId);
    }
}
