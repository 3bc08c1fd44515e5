package org.dualanodiff.pipeline.plan;

import java.io.Serializable;

/**
 * What the planner has to know of a set of defect images.
 *
 * @param dataFingerprint hash of the training images and masks, by content
 * @param usable training images that can be learned from
 * @param quarantined training images set aside
 */
public record TrainingSet(String category, String defect, String dataFingerprint, int usable, int quarantined)
        implements Serializable {
    public UnitKey key() {
        return new UnitKey(category, defect);
    }
}
