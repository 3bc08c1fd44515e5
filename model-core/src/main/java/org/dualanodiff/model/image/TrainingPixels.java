package org.dualanodiff.model.image;

import java.util.Optional;

/**
 * What one training image becomes before the autoencoder sees it.
 *
 * @param size    height and width
 * @param image   {@code (3, size, size)} in [-1, 1]
 * @param mask    {@code (1, size, size)}, 0 or 1
 * @param anomaly {@code (3, size, size)}: the image inside the mask, outside the
 *     {@link PartGround}: for the paper's mid-grey, 0, that is image times mask
 * @param background {@code (3, size, size)}: the image with its object painted black, for background compensation
 */
public record TrainingPixels(int size, float[] image, float[] mask, float[] anomaly, Optional<float[]> background) {

    /** Whether any pixel is defect. */
    public boolean hasDefect() {
        for (float pixel : mask) {
            if (pixel != 0) {
                return true;
            }
        }
        return false;
    }
}
