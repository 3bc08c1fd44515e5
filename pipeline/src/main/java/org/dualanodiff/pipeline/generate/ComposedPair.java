package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import org.dualanodiff.pipeline.crop.Window;

/**
 * A pair as users get it.
 *
 * @param image RGB
 * @param part the defect on its ground, of the same size
 * @param mask grey, 255 on the defect and 0 elsewhere, of the same size
 * @param background address of the good image in it, or null; with the window, if it was made in one
 * @param judged the window that the quality gate looks at
 */
record ComposedPair(BufferedImage image, BufferedImage part, BufferedImage mask, String background, Window judged) {}
