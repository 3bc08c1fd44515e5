package org.dualanodiff.pipeline.sample;

import java.util.List;

/**
 * What was written.
 *
 * @param products folder names, in the order written
 * @param images   pictures, masks not counted
 * @param masks    ground-truth masks
 */
public record SampleDatasetResult(List<String> products, int images, int masks) {}
