package org.dualanodiff.model.sampling;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.mask.AnomalyPart;

/**
 * One generated pair.
 *
 * @param index of the sample in its series
 * @param image what the GLOBAL branch made, RGB
 * @param part what the ANOMALY branch made
 * @param finite whether all its numbers were finite; where one was not, the pictures are mid-grey
 */
public record GeneratedPair(long index, BufferedImage image, AnomalyPart part, boolean finite) {

    /** A pair of finite numbers. */
    public GeneratedPair(long index, BufferedImage image, AnomalyPart part) {
        this(index, image, part, true);
    }

    /** What the ANOMALY branch made, RGB: the defect on mid-grey. */
    public BufferedImage anomaly() {
        return part.picture();
    }
}
