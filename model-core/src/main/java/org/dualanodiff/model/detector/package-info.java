/**
 * The consumers of generated pairs: a segmentation U-Net in the manner of DRAEM and a ResNet classifier, small enough to be
 * trained on a CPU in minutes. They answer the question whether the data helps.
 */
package org.dualanodiff.model.detector;
