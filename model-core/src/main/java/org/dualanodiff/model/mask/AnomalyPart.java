package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import java.util.Optional;

/**
 * What a mask is made from.
 *
 * @param picture image of the ANOMALY branch: the defect on its ground, mid-grey in the paper
 * @param attention how much each place listened to the defect's words, if that was recorded
 */
public record AnomalyPart(BufferedImage picture, Optional<HeatMap> attention) {

    public static AnomalyPart of(BufferedImage picture) {
        return new AnomalyPart(picture, Optional.empty());
    }
}
