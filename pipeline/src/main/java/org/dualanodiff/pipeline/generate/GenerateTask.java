package org.dualanodiff.pipeline.generate;

import java.io.Serializable;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.mask.EdgeRefinement;
import org.dualanodiff.model.mask.MaskExtractor;
import org.dualanodiff.model.mask.VisibleChange;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.quality.QualityProfile;
import org.dualanodiff.pipeline.store.PublishedAdapter;

/**
 * Samples of one adapter to be generated, with all that an executor needs to know.
 *
 * @param background where clean backgrounds come from, or null without background compensation
 * @param anchors good images that pairs are made on as a whole, or null
 * @param crops windows of good images that pairs are made in, or null where they are whole images
 * @param negative prompt of the unconditional half
 * @param refinement what moves the masks' outlines, or null
 * @param change what is left of the masks of anchored pairs, or null for all of it
 * @param seed of the run
 * @param quality what good pairs are like
 * @param keepRejectedPixels whether rejected pairs keep their pictures
 */
public record GenerateTask(
        String runId,
        GenerateUnit unit,
        PublishedAdapter adapter,
        BackgroundSource background,
        AnchorSource anchors,
        CropSource crops,
        NestedPrompt prompt,
        String negative,
        SamplingConfig sampling,
        MaskExtractor mask,
        EdgeRefinement refinement,
        VisibleChange change,
        long seed,
        QualityProfile quality,
        boolean keepRejectedPixels)
        implements Serializable {}
