/**
 * What procedural pictures are drawn with: colors, shapes, noise, and the mask of what a defect changed. Hashed noise
 * and {@code StrictMath} only, so that the same seed gives the same bytes on every machine.
 */
package org.dualanodiff.pipeline.drawing;
