/**
 * Does the data help? Detectors are trained on real, pasted, drawn and generated defects under one budget and measured on real
 * test images; and generated images are measured by themselves. Every metric is exact, or says how far off it may be.
 */
package org.dualanodiff.pipeline.evaluate;
