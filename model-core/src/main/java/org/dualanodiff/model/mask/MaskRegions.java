package org.dualanodiff.model.mask;

/**
 * The connected regions of a set of pixels.
 *
 * @param labels {@code (height, width)}: the region's number from 0, or -1 outside of all
 * @param areas pixels of each region
 */
public record MaskRegions(int[] labels, int[] areas) {

    /** Diagonal neighbors belong together. */
    public static MaskRegions eightConnected(int width, int height, boolean[] set) {
        return of(Components.eightConnected(new Mask(width, height, set)));
    }

    /** Only edge neighbors belong together. */
    public static MaskRegions fourConnected(int width, int height, boolean[] set) {
        return of(Components.fourConnected(new Mask(width, height, set)));
    }

    private static MaskRegions of(Components components) {
        return new MaskRegions(components.labels(), components.areas());
    }

    public int count() {
        return areas.length;
    }
}
