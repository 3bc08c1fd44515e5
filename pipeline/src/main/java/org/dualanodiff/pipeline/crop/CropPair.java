package org.dualanodiff.pipeline.crop;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;

/**
 * A window of a defect image at the working resolution.
 *
 * @param window where it was cut
 * @param image RGB
 * @param mask grey, 255 on the defect and 0 elsewhere
 * @param margin of the defect, see {@link Window#margin}
 */
public record CropPair(Window window, BufferedImage image, BufferedImage mask, double margin) {

    static CropPair of(Window window, Image photograph, Image mask, int resolution) {
        return new CropPair(
                window,
                window.squared(photograph, resolution).buffered(),
                window.squaredMask(mask, resolution).buffered(),
                window.margin(Mask.of(window.cut(mask)), mask.width(), mask.height()));
    }
}
