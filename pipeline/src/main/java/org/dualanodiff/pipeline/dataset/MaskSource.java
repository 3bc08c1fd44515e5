package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;

/** Where the mask of one defect image comes from; it travels in tasks and is opened where it is needed. */
public sealed interface MaskSource extends Serializable permits MaskFile, RunLengthMask {
    /**
     * Opens the mask.
     *
     * @return grey, 128 and brighter on the defect, of the image's size
     * @throws IOException if the mask's file cannot be read or decoded
     */
    BufferedImage open(DatasetFiles files) throws IOException;
}
