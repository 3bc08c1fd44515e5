package org.dualanodiff.pipeline.generate;

import java.io.Serializable;
import org.dualanodiff.pipeline.crop.CropPolicy;
import org.dualanodiff.pipeline.dataset.DefectSet;

/**
 * What pairs made in windows of good images are made from.
 *
 * @param policy how the windows of training were cut
 * @param set whose training images say where defects lie
 * @param good the images that windows are cut of, with their object masks if defects are to lie on the object
 * @param anchored whether the window is what the pair is made on; else the model draws all of it, and the defect is cloned
 *     into the window
 */
public record CropSource(CropPolicy policy, DefectSet set, AnchorSource good, boolean anchored)
        implements Serializable {}
