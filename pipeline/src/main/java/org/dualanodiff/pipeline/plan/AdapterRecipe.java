package org.dualanodiff.pipeline.plan;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * Everything but the images that shapes an adapter.
 *
 * @param baseModelSha256 hash of the frozen model
 * @param settings training settings, by their names in the configuration
 * @param prompt the words trained on
 * @param resolution side of the training images, in pixels
 * @param seed of the training's random numbers
 */
public record AdapterRecipe(
        String baseModelSha256, Map<String, String> settings, String prompt, int resolution, long seed)
        implements Serializable {
    /** Raised when the same inputs begin to give a different adapter, so that the old ones are not taken for it. */
    public static final int FORMAT_VERSION = 1;

    public AdapterRecipe {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /** The adapter that this recipe makes of a set. */
    public AdapterId adapterOf(TrainingSet set) {
        Map<String, String> own = new TreeMap<>(settings);
        own.putAll(set.settings());
        AdapterRecipe recipe = new AdapterRecipe(baseModelSha256, own, prompt, resolution, seed);
        return new AdapterId(set.unit(), recipe.fingerprint(set.dataFingerprint()));
    }

    Fingerprint fingerprint(String dataFingerprint) {
        return Fingerprint.of("adapter")
                .integer("format-version", FORMAT_VERSION)
                .text("base-model", baseModelSha256)
                .text("data", dataFingerprint)
                .map("settings", settings)
                .text("prompt", prompt)
                .integer("resolution", resolution)
                .integer("seed", seed)
                .build();
    }

    /**
     * What the planner has to know of a set of defect images.
     *
     * @param dataFingerprint hash of the training images and masks, by content
     * @param usable training images that can be learned from
     * @param quarantined training images set aside
     * @param settings of training in which this set differs from the others, by their names in the configuration
     */
    public record TrainingSet(
            UnitKey unit, String dataFingerprint, int usable, int quarantined, Map<String, String> settings) {

        public TrainingSet {
            settings = Map.copyOf(settings);
        }
    }
}
