package org.dualanodiff.pipeline.evaluate;

import java.util.Optional;

/**
 * The measures over all pixels of a set of maps.
 *
 * @param ranking AUROC, AP and F1-max of the pixels
 * @param aupro area under the per-region-overlap curve up to the limit that was asked for; empty without a region or a
 *     normal pixel
 * @param regions 8-connected defect regions, each image on its own
 * @param bounds how far each figure may be off
 */
public record PixelMeasures(
        Ranking ranking, Optional<Double> aupro, long defectPixels, long normalPixels, long regions, Bounds bounds) {

    /** Upper bounds of the error of each figure; zeros where the scores were sorted exactly. */
    public record Bounds(double auroc, double averagePrecision, double f1Max, double aupro) {
        public static final Bounds EXACT = new Bounds(0, 0, 0, 0);
    }
}
