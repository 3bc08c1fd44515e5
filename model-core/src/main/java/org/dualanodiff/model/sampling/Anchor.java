package org.dualanodiff.model.sampling;

import java.awt.image.BufferedImage;

/**
 * A real good image that a pair is made on.
 *
 * @param name where it comes from
 * @param image of the working size, RGB
 * @param pixels the same, (3, side, side) in [-1, 1]
 * @param place where a defect may be, (side, side), 1 or 0; null for anywhere
 */
public record Anchor(String name, BufferedImage image, float[] pixels, float[] place) {}
