package org.dualanodiff.pipeline.procedural;

import java.util.Optional;
import org.dualanodiff.model.image.Image;

/**
 * One drawn picture with its words.
 *
 * @param object    what is seen
 * @param defect    what is wrong with it; empty if nothing is
 * @param image     {@code (3, SIDE, SIDE)}, as photographed
 * @param mask      {@code (1, SIDE, SIDE)}: 255 where a defect visibly changed the picture, 0 elsewhere
 * @param faultless {@code (3, SIDE, SIDE)}: the same specimen, light and noise without the defect; equals the image
 *                  outside of the mask
 */
public record ProceduralImage(String object, Optional<String> defect, Image image, Image mask, Image faultless) {
    /** Height and width in pixels. */
    public static final int SIDE = Canvas.SIZE;
}
