package org.dualanodiff.model.sampling;

import java.awt.image.BufferedImage;
import java.util.Optional;
import org.dualanodiff.model.mask.AnomalyPart;
import org.dualanodiff.model.sampling.Anchors.Anchor;

/**
 * One generated pair.
 *
 * @param index of the sample in its series
 * @param image what the GLOBAL branch made, RGB
 * @param part what the ANOMALY branch made
 * @param finite whether all its numbers were finite; where one was not, the pictures are mid-grey
 * @param anchor the good image that it was made on, if any
 */
public record GeneratedPair(
        long index, BufferedImage image, AnomalyPart part, boolean finite, Optional<Anchor> anchor) {

    /** A pair of finite numbers, made freely. */
    public GeneratedPair(long index, BufferedImage image, AnomalyPart part) {
        this(index, image, part, true, Optional.empty());
    }

    /** What the ANOMALY branch made, RGB: the defect on its ground. */
    public BufferedImage anomaly() {
        return part.picture();
    }
}
