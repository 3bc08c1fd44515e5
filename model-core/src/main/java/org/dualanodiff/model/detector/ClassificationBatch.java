package org.dualanodiff.model.detector;

/**
 * Images and their classes, row after row.
 *
 * @param images {@code (rows, channels, size, size)}, normalized as by {@link DetectorPixels}
 * @param labels one class a row, from 0
 */
public record ClassificationBatch(float[] images, int[] labels) {}
