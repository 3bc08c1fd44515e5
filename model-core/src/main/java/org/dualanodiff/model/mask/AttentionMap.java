package org.dualanodiff.model.mask;

/**
 * Mean attention of the ANOMALY branch to the defect's words, by place in the latent.
 *
 * @param values (height, width), row major, not negative
 */
public record AttentionMap(int width, int height, float[] values) {}
