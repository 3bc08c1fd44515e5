/**
 * Procedural products in the MVTec AD folder layout, so that the pipeline can be tried, tested and demonstrated without
 * any download. Drawn with {@code StrictMath}, hashed noise and a fixed generator: the same seed gives the same bytes on
 * every machine.
 */
package org.dualanodiff.pipeline.sample;
