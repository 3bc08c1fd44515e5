package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import org.dualanodiff.model.image.BoxMean;
import org.dualanodiff.model.image.Image;

/**
 * Leaves of a mask what can be seen: where the generated image differs from the good image that it was made on. Masks of
 * parts that are nearly mid-grey are generous, and a detector learns from what they claim.
 *
 * @param levels least difference of the grey levels' means over 5 x 5 pixels, 0..255, above 0
 * @param cleanup applied to what is left
 */
public record VisibleChange(double levels, MaskCleanup cleanup) implements Serializable {

    private static final int RADIUS = 2;

    public VisibleChange {
        if (!(levels > 0)) {
            throw new IllegalArgumentException("a visible change has more than 0 levels, was " + levels);
        }
    }

    /**
     * @param claimed of the images' size
     */
    public Mask apply(Mask claimed, BufferedImage generated, BufferedImage good) {
        byte[] made = Image.gray(generated).levels();
        byte[] real = Image.gray(good).levels();
        double[] change = new double[made.length];
        for (int i = 0; i < change.length; i++) {
            change[i] = (made[i] & 0xff) - (real[i] & 0xff);
        }
        double[] mean = BoxMean.of(change, claimed.width(), claimed.height(), RADIUS);
        return cleanup.apply(
                Mask.where(claimed.width(), claimed.height(), i -> claimed.set()[i] && Math.abs(mean[i]) >= levels));
    }
}
