package org.dualanodiff.model.sampling;

import java.awt.image.BufferedImage;

/**
 * One generated pair.
 *
 * @param index of the sample in its series
 * @param image what the GLOBAL branch made, RGB
 * @param anomaly what the ANOMALY branch made, RGB: the defect on mid-grey
 */
public record GeneratedPair(long index, BufferedImage image, BufferedImage anomaly) {}
