package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;

/**
 * How the anomaly part becomes a mask: thresholds 0..1 from the part's ground, never off and auto only together.
 *
 * @param openingRadius in pixels of images of 128 x 128 pixels, as closing radius, least area and largest hole
 * @param minChange in levels, 0 for none and always with generated backgrounds
 * @param refineRadius in pixels of the working image, 0 for none
 */
public record MaskConfig(
        String method,
        Limit low,
        Limit high,
        double threshold,
        String saliencyModel,
        int saliencySize,
        int openingRadius,
        int closingRadius,
        int minArea,
        double minShare,
        int maxHoleArea,
        double minChange,
        int refineRadius,
        double refineEpsilon)
        implements Serializable {
    static MaskConfig of(Config block) {
        return new MaskConfig(
                block.getString("method"),
                Limit.parse(block.getString("low")),
                Limit.parse(block.getString("high")),
                block.getDouble("threshold"),
                block.getString("saliency-model"),
                block.getInt("saliency-size"),
                block.getInt("opening-radius"),
                block.getInt("closing-radius"),
                block.getInt("min-area"),
                block.getDouble("min-share"),
                block.getInt("max-hole-area"),
                block.getDouble("min-change"),
                block.getInt("refine-radius"),
                block.getDouble("refine-epsilon"));
    }
}
