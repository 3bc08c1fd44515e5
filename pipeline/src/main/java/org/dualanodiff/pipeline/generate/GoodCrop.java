package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.pipeline.crop.Window;

/**
 * A window of a good image that a pair is made in.
 *
 * @param photograph the whole good image
 * @param window where in it
 * @param anchor the window at the working resolution, with the places where a defect may be
 */
record GoodCrop(BufferedImage photograph, Window window, Anchor anchor) {}
