package org.dualanodiff.model.pretraining;

/**
 * A picture and what it shows.
 *
 * @param pixels (3, side, side) in [-1, 1]
 * @param caption such as "a wood with crack"
 */
public record CaptionedImage(float[] pixels, String caption) {}
