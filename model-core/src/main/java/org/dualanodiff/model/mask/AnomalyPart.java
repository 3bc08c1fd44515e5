package org.dualanodiff.model.mask;

import ai.djl.Device;
import java.awt.image.BufferedImage;
import java.util.Optional;

/**
 * What a mask is made from.
 *
 * @param picture image of the ANOMALY branch: the defect on its ground, mid-grey in the paper
 * @param attention how much each place listened to the defect's words, if that was recorded
 * @param device that it was drawn on, for masks by a network
 */
public record AnomalyPart(BufferedImage picture, Optional<HeatMap> attention, Device device) {

    /** A picture alone; its mask is made on the CPU. */
    public static AnomalyPart of(BufferedImage picture) {
        return new AnomalyPart(picture, Optional.empty(), Device.cpu());
    }
}
