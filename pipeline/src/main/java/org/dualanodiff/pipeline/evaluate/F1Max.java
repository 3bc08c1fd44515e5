package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;

/**
 * The best F1 over all thresholds, predicted positive when score >= threshold.
 *
 * @param threshold the lowest that reaches the value, within 1e-12
 * @param highestThreshold the highest that does
 * @param thresholds how many distinct scores do
 */
public record F1Max(double value, double threshold, double highestThreshold, long thresholds) implements Serializable {}
