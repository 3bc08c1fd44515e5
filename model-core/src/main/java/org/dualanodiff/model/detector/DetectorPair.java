package org.dualanodiff.model.detector;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;

/**
 * A picture and its defect at the size that a detector works at, in 8 bits so that thousands fit into memory.
 *
 * @param image grey or color
 * @param mask of the same size, 0 or 255
 */
public record DetectorPair(Image image, Image mask) {

    public DetectorPair {
        if (image.width() != mask.width() || image.height() != mask.height() || mask.channels() != 1) {
            throw new IllegalArgumentException("Image and mask must agree: image %d x %d, mask %d x %d with %d channels"
                    .formatted(image.width(), image.height(), mask.width(), mask.height(), mask.channels()));
        }
    }

    /** A defect image of any size with its mask. */
    public static DetectorPair of(BufferedImage image, BufferedImage mask, int size, int channels) {
        return new DetectorPair(DetectorPixels.image(image, size, channels), DetectorPixels.mask(mask, size));
    }

    /** A defect-free image of any size. */
    public static DetectorPair normal(BufferedImage image, int size, int channels) {
        return new DetectorPair(
                DetectorPixels.image(image, size, channels), new Image(size, size, 1, new byte[size * size]));
    }

    /** Whether any pixel is defect; small defects can vanish when an image is made smaller. */
    public boolean hasDefect() {
        for (byte level : mask.levels()) {
            if (level != 0) {
                return true;
            }
        }
        return false;
    }

    DetectorPair flip(Flip flip) {
        return new DetectorPair(image.flip(flip), mask.flip(flip));
    }
}
