package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.List;

/** The generated pairs of some runs together for one category and defect, to be measured by themselves. */
public record GenerationTask(
        CategoryData data, String defect, List<String> runs, EvaluationSettings settings, FeatureNetworks networks)
        implements Serializable {

    public GenerationTask {
        runs = List.copyOf(runs);
    }

    /** The runs in one word. */
    String run() {
        return String.join(",", runs);
    }

    /** For people. */
    public String label() {
        return "%s/%s of %s".formatted(data.category(), defect, run());
    }
}
