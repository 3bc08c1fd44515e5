package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;

/**
 * How well the defect of one test image was located.
 *
 * @param image as {@code defect/name}
 * @param pixelAp average precision of its own pixels
 * @param imageScore the largest mean over 21x21 pixels
 */
public record CaseScore(String image, double pixelAp, double imageScore) implements Serializable {}
