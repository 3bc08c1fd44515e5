package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.Map;

/** Prompts of the two branches and of the unconditional pass. */
public record PromptConfig(String global, String anomaly, String negative) implements Serializable {
    private static final long serialVersionUID = 1L;

    static PromptConfig of(Config block) {
        return new PromptConfig(block.getString("global"), block.getString("anomaly"), block.getString("negative"));
    }

    Map<String, Object> values() {
        return Map.of("global", global, "anomaly", anomaly, "negative", negative);
    }
}
