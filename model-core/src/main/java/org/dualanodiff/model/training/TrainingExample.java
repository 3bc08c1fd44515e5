package org.dualanodiff.model.training;

import java.awt.image.BufferedImage;
import java.util.Optional;

/**
 * One photograph of a defect with its mask.
 *
 * @param name for messages
 * @param image any size, grey or RGB
 * @param mask of the same size, bright on the defect
 * @param objectMask of the same size, bright on the product; background compensation needs it
 */
public record TrainingExample(
        String name, BufferedImage image, BufferedImage mask, Optional<BufferedImage> objectMask) {

    /** Without a mask of the object, for training without background compensation. */
    public TrainingExample(String name, BufferedImage image, BufferedImage mask) {
        this(name, image, mask, Optional.empty());
    }
}
