package org.dualanodiff.pipeline.evaluate;

import java.util.Map;

/**
 * An evaluation with its pictures.
 *
 * @param sheets by {@code CATEGORY, ARM}: PNG of the test images whose defects were located best and worst
 */
public record EvaluatedRun(EvaluationReport report, Map<String, byte[]> sheets) {

    public EvaluatedRun {
        sheets = Map.copyOf(sheets);
    }
}
