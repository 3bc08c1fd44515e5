package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;

/** The generated pairs of one run for one category and defect, to be measured by themselves. */
public record GenerationTask(
        CategoryData data, String defect, String runId, EvaluationSettings settings, FeatureNetworks networks)
        implements Serializable {

    /** For people. */
    public String label() {
        return "%s/%s of %s".formatted(data.category(), defect, runId);
    }
}
