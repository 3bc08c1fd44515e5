package org.dualanodiff.pipeline.crop;

import java.io.Serializable;

/**
 * How windows are cut around defects.
 *
 * @param resolution side of the working images, in pixels; no window is smaller, unless the photograph is
 * @param margin room on each side of the defect, in sides of its bounding box
 * @param jitter how far a window's center may be from the defect's on each axis, in sides of the window
 * @param perImage windows of one photograph
 * @param seed of the jitter
 */
public record CropPolicy(int resolution, double margin, double jitter, int perImage, long seed)
        implements Serializable {

    /** Side of the window for a defect whose bounding box has this longer side, in pixels of the photograph. */
    int side(int longest) {
        return Math.max(resolution, (int) Math.ceil(longest * (1 + 2 * margin)));
    }
}
