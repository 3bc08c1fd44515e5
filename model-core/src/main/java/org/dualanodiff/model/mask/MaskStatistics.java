package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;

/**
 * What a mask covers. Levels from 128 on count as defect.
 *
 * @param area       defect pixels
 * @param x          left column of the bounding box, 0 if the mask is empty
 * @param y          top row of the bounding box, 0 if the mask is empty
 * @param width      columns of the bounding box
 * @param height     rows of the bounding box
 * @param components 8-connected components
 */
public record MaskStatistics(int area, int x, int y, int width, int height, int components) {
    private static final MaskStatistics EMPTY = new MaskStatistics(0, 0, 0, 0, 0, 0);

    /** Measures a mask image, grey or color. */
    public static MaskStatistics of(BufferedImage image) {
        Mask mask = Mask.of(image);
        int area = 0;
        int left = mask.width();
        int right = -1;
        int top = mask.height();
        int bottom = -1;
        for (int i = 0; i < mask.set().length; i++) {
            if (mask.set()[i]) {
                area++;
                left = Math.min(left, i % mask.width());
                right = Math.max(right, i % mask.width());
                top = Math.min(top, i / mask.width());
                bottom = i / mask.width();
            }
        }
        int components = Components.eightConnected(mask).count();
        return area == 0 ? EMPTY : new MaskStatistics(area, left, top, right - left + 1, bottom - top + 1, components);
    }

    /** @return whether no pixel is defect */
    public boolean isEmpty() {
        return area == 0;
    }
}
