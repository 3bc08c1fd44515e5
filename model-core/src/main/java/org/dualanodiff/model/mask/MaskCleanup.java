package org.dualanodiff.model.mask;

import java.io.Serializable;

/**
 * What is done to every mask after its pixels are found: gaps are closed, thin bridges opened, enclosed holes filled,
 * specks dropped. Every step is linear in the pixels.
 *
 * @param openingRadius disc radius in pixels, 0 for none
 * @param closingRadius disc radius in pixels, 0 for none
 * @param minArea smallest component kept, in pixels
 * @param minShare smallest component kept, as a share of the largest, 0..1
 * @param maxHoleArea largest enclosed hole that is filled, in pixels, 0 for none
 */
public record MaskCleanup(int openingRadius, int closingRadius, int minArea, double minShare, int maxHoleArea)
        implements Serializable {

    /** Side of the images that lengths and areas of the configuration are meant for, in pixels. */
    public static final int REFERENCE_SIDE = 128;

    public MaskCleanup {
        require("openingRadius", openingRadius);
        require("closingRadius", closingRadius);
        require("minArea", minArea);
        require("maxHoleArea", maxHoleArea);
        if (!(minShare >= 0 && minShare <= 1)) {
            throw new IllegalArgumentException("Mask extraction needs minShare in 0..1, was " + minShare);
        }
    }

    /**
     * The same clean-up, given for images of {@link #REFERENCE_SIDE} pixels, for those of {@code side} pixels: radii grow with
     * the side, areas with its square.
     */
    public MaskCleanup at(int side) {
        double scale = (double) side / REFERENCE_SIDE;
        return new MaskCleanup(
                scaled(openingRadius, scale),
                scaled(closingRadius, scale),
                scaled(minArea, scale * scale),
                minShare,
                scaled(maxHoleArea, scale * scale));
    }

    private static int scaled(int value, double scale) {
        return (int) Math.min(Integer.MAX_VALUE, Math.round(value * scale));
    }

    Mask apply(Mask found) {
        Mask smooth = found.closed(closingRadius).opened(openingRadius);
        Mask whole = maxHoleArea == 0 ? smooth : smooth.filled(maxHoleArea);
        return whole.components().largest(minArea, minShare);
    }

    private static void require(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException("Mask extraction needs %s >= 0, was %d".formatted(name, value));
        }
    }
}
