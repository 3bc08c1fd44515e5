package org.dualanodiff.model.sampling;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.mask.AnomalyPart;

/**
 * One generated pair.
 *
 * @param index of the sample in its series
 * @param image what the GLOBAL branch made, RGB
 * @param part what the ANOMALY branch made
 */
public record GeneratedPair(long index, BufferedImage image, AnomalyPart part) {

    /** What the ANOMALY branch made, RGB: the defect on mid-grey. */
    public BufferedImage anomaly() {
        return part.picture();
    }
}
