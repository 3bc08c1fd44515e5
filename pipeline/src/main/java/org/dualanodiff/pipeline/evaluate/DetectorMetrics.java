package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;

/**
 * How well a detector finds and locates defects; a figure is null where it is undefined.
 *
 * @param pixelF1 the best over all thresholds
 * @param imageAuroc of the largest mean over 21x21 pixels
 * @param aupro up to a false-positive rate of 0.3
 * @param iou summed intersections over summed unions at the threshold of {@code pixelF1}
 */
public record DetectorMetrics(
        Double pixelAuroc,
        Double pixelAp,
        Double pixelF1,
        Double imageAuroc,
        Double imageAp,
        Double imageF1,
        Double aupro,
        Double iou,
        int defective,
        int good)
        implements Serializable {}
