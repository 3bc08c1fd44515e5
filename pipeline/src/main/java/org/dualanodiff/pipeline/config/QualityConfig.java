package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which generated pairs are good enough, and what becomes of the others.
 *
 * @param maxAttempts indices tried at most, as a multiple of the pairs wanted
 * @param copyOverlap least shared part of two defects in pairs that may be copies
 * @param limits of the checks, by the setting's name
 */
public record QualityConfig(
        boolean enabled, double maxAttempts, boolean keepRejectedPixels, double copyOverlap, Map<String, Limit> limits)
        implements Serializable {
    /** Names of the limits. */
    public static final List<String> LIMITS = List.of(
            "min-mask-ratio",
            "max-mask-ratio",
            "max-components",
            "max-outside-object",
            "min-contrast",
            "max-part-difference",
            "max-clipped",
            "min-deviation",
            "min-window-margin",
            "min-training-distance",
            "min-accepted-distance");

    public QualityConfig {
        limits = Collections.unmodifiableMap(new TreeMap<>(limits));
    }

    static QualityConfig of(Config block) {
        Map<String, Limit> limits = new TreeMap<>();
        LIMITS.forEach(name -> limits.put(name, Limit.parse(block.getString(name))));
        return new QualityConfig(
                block.getBoolean("enabled"),
                block.getDouble("max-attempts"),
                block.getBoolean("keep-rejected-pixels"),
                block.getDouble("copy-overlap"),
                limits);
    }
}
