package org.dualanodiff.pipeline.plan;

import java.io.Serializable;
import java.util.Map;

/**
 * What the planner has to know of a set of defect images.
 *
 * @param dataFingerprint hash of the training images and masks, by content
 * @param usable training images that can be learned from
 * @param quarantined training images set aside
 * @param settings of training in which this set differs from the others, by their names in the configuration
 */
public record TrainingSet(
        String category,
        String defect,
        String dataFingerprint,
        int usable,
        int quarantined,
        Map<String, String> settings)
        implements Serializable {

    public TrainingSet {
        settings = Map.copyOf(settings);
    }

    /** A set that is trained as all others are. */
    public TrainingSet(String category, String defect, String dataFingerprint, int usable, int quarantined) {
        this(category, defect, dataFingerprint, usable, quarantined, Map.of());
    }

    public UnitKey key() {
        return new UnitKey(category, defect);
    }
}
