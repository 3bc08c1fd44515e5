package org.dualanodiff.model.training;

import java.awt.image.BufferedImage;

/**
 * One photograph of a defect with its mask.
 *
 * @param name for messages
 * @param image any size, grey or RGB
 * @param mask of the same size, bright on the defect
 */
public record TrainingExample(String name, BufferedImage image, BufferedImage mask) {}
