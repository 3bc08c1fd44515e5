package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;

/** The band around a mask: what a defect is to be told apart from. */
public final class MaskSurroundings {

    private MaskSurroundings() {}

    /**
     * The pixels that are farther than {@code gap} and no farther than {@code gap + width} from the nearest defect pixel.
     *
     * @param mask grey or color, levels from 128 on count as defect
     * @param gap pixels left out between mask and band, since a defect fades there
     * @param width of the band, in pixels
     * @return grey image of the mask's size, 255 in the band and 0 elsewhere
     */
    public static BufferedImage band(BufferedImage mask, int gap, int width) {
        int[] squared = Morphology.squaredDistanceToSet(Mask.of(mask));
        int outer = gap + width;
        boolean[] band = new boolean[squared.length];
        for (int i = 0; i < band.length; i++) {
            band[i] = squared[i] > gap * gap && squared[i] <= outer * outer;
        }
        return new Mask(mask.getWidth(), mask.getHeight(), band).toImage();
    }
}
