/**
 * The quality gate: what is measured of a generated pair, the limits learned from the real pairs of the same defect, and
 * the verdict.
 */
package org.dualanodiff.pipeline.quality;
