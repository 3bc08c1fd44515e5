package org.dualanodiff.model.detector;

/**
 * Images and their masks, row after row.
 *
 * @param rows images in the batch
 * @param images {@code (rows, channels, size, size)}, normalized as by {@link DetectorPixels}
 * @param masks {@code (rows, 1, size, size)}: 1 on the defect, else 0
 */
public record SegmentationBatch(int rows, float[] images, float[] masks) {}
