package org.dualanodiff.model.mask;

import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;
import org.dualanodiff.model.mask.MaskExtractor.HeatMap;

/**
 * The mask as the places where the ANOMALY branch listened to the defect's words (DualAnoDiff, section 3.4): the
 * cross-attention to those tokens, averaged over heads, layers and steps, stretched to 0..1 and cut at a threshold. It
 * comes for little while sampling; its resolution is that of the latent.
 *
 * @param threshold share of the map's range, 0 to 1
 */
public record AttentionMask(double threshold, MaskCleanup cleanup) implements MaskExtractor {

    public AttentionMask {
        HeatMap.requireThreshold(threshold);
    }

    /** @throws IllegalArgumentException if no attention was recorded */
    @Override
    public Mask extract(AnomalyPart part) {
        HeatMap map = part.attention()
                .orElseThrow(() -> new IllegalArgumentException("no attention was recorded for this anomaly part"));
        return cleanup.apply(
                map.above(threshold, part.picture().getWidth(), part.picture().getHeight()));
    }
}
