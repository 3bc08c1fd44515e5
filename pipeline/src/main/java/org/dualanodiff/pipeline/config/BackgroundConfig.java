package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.List;

/** Background compensation: {@code off, auto} or {@code on}, for all categories and for some. */
public record BackgroundConfig(
        String mode, List<String> on, List<String> auto, List<String> off, String objectMasks, boolean scaledLatent)
        implements Serializable {
    public BackgroundConfig {
        on = List.copyOf(on);
        auto = List.copyOf(auto);
        off = List.copyOf(off);
    }

    /** What holds for a category. */
    public String settingOf(String category) {
        if (on.contains(category)) {
            return "on";
        } else if (auto.contains(category)) {
            return "auto";
        }
        return off.contains(category) ? "off" : mode;
    }

    /** Whether there may be compensation for any category. */
    public boolean isPossible() {
        return !mode.equals("off") || !on.isEmpty() || !auto.isEmpty();
    }

    static BackgroundConfig of(Config block) {
        return new BackgroundConfig(
                block.getString("mode"),
                block.getStringList("on"),
                block.getStringList("auto"),
                block.getStringList("off"),
                block.getString("object-masks"),
                block.getBoolean("scaled-latent"));
    }
}
