package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import java.io.Serializable;

/** Finds the defect's pixels in a generated anomaly part (DualAnoDiff, section 3.4). */
public sealed interface MaskExtractor extends Serializable permits GreyDistanceMask {
    /**
     * @param anomalyPart image of the ANOMALY branch: the defect on mid-grey
     * @return grey image of the same size, 255 on the defect and 0 elsewhere; all 0 if there is no defect
     */
    BufferedImage extract(BufferedImage anomalyPart);
}
