package org.dualanodiff.pipeline.generate;

import java.io.Serializable;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.mask.MaskExtractor;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.plan.GenerateUnit;
import org.dualanodiff.pipeline.store.PublishedAdapter;

/**
 * Samples of one adapter to be generated, with all that an executor needs to know.
 *
 * @param background where clean backgrounds come from, or null without background compensation
 * @param negative prompt of the unconditional half
 * @param seed of the run
 */
public record GenerateTask(
        String runId,
        GenerateUnit unit,
        PublishedAdapter adapter,
        BackgroundSource background,
        NestedPrompt prompt,
        String negative,
        SamplingConfig sampling,
        MaskExtractor mask,
        long seed)
        implements Serializable {}
