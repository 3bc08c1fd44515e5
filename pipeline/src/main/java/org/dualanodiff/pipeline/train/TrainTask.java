package org.dualanodiff.pipeline.train;

import java.io.Serializable;
import java.util.Map;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.crop.CropPolicy;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Provenance;

/**
 * One adapter to be trained, with all that an executor needs to know.
 *
 * @param background where object masks come from, or null without background compensation
 * @param crops how windows are cut around the defects, or null where whole images are learned
 * @param settings what the adapter was planned with, by names of the configuration; for the provenance
 * @param quarantined images of the set that were set aside
 * @param checkpointMinutes after which a checkpoint is made, whatever the steps; 0: by steps alone
 */
public record TrainTask(
        AdapterId adapter,
        DefectSet set,
        BackgroundSource background,
        CropPolicy crops,
        Provenance.BaseModel base,
        NestedPrompt prompt,
        TrainingConfig training,
        Map<String, String> settings,
        int quarantined,
        int checkpointMinutes)
        implements Serializable {}
