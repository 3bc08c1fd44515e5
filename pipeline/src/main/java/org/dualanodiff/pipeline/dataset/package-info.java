/**
 * Reads an anomaly data set in the MVTec AD layout into records that travel in tasks: which images train a defect's
 * adapter, which are held back for testing, and which files had to be set aside and why.
 *
 * <p>Layout (Bergmann et al., "MVTec AD", CVPR 2019):
 * {@code <root>/<category>/{train/good, test/good, test/<defect>, ground_truth/<defect>/<stem>_mask.png}}.
 */
package org.dualanodiff.pipeline.dataset;
