package org.dualanodiff.pipeline.plan;

import java.io.Serializable;
import java.util.Map;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * What shapes every adapter of a run, besides its images and the settings of its training.
 *
 * @param baseModelSha256 hash of the frozen model
 * @param prompt the words trained on
 * @param resolution side of the training images, in pixels
 * @param seed of the training's random numbers
 */
public record AdapterRecipe(String baseModelSha256, String prompt, int resolution, long seed) implements Serializable {
    /** Raised when the same inputs begin to give a different adapter, so that the old ones are not taken for it. */
    public static final int FORMAT_VERSION = 1;

    /** The adapter that this recipe makes of a set. */
    public AdapterId adapterOf(TrainingSet set) {
        Fingerprint fingerprint = Fingerprint.of("adapter")
                .integer("format-version", FORMAT_VERSION)
                .text("base-model", baseModelSha256)
                .text("data", set.dataFingerprint())
                .map("settings", set.settings())
                .text("prompt", prompt)
                .integer("resolution", resolution)
                .integer("seed", seed)
                .build();
        return new AdapterId(set.unit(), fingerprint);
    }

    /**
     * What the planner has to know of a set of defect images.
     *
     * @param dataFingerprint hash of the training images and masks, by content
     * @param usable training images that can be learned from
     * @param quarantined training images set aside
     * @param settings of training that change the weights, by their names in the configuration
     */
    public record TrainingSet(
            UnitKey unit, String dataFingerprint, int usable, int quarantined, Map<String, String> settings) {

        public TrainingSet {
            settings = Map.copyOf(settings);
        }
    }
}
