package org.dualanodiff.pipeline.evaluate;

import java.util.Optional;
import java.io.Serializable;

/**
 * Gathers the pixels of any number of maps, then measures them together. Parts gathered by different tasks can be merged;
 * the order of maps and of merging does not change the exact figures.
 */
public sealed interface PixelScores extends Serializable permits SortedPixels, BinnedPixels {

    /** Pixels that are kept and sorted: 4 bytes each, 8 for those of defects. */
    long MOST_SORTED = 150_000_000;

    /** The false-positive rate up to which the field integrates region overlap. */
    double AUPRO_LIMIT = 0.3;

    /** Exact up to {@link #MOST_SORTED} pixels, else by bins with bounds. */
    static PixelScores forPixels(long expected) {
        return expected <= MOST_SORTED ? new SortedPixels((int) expected) : new BinnedPixels();
    }

    /** @throws IllegalArgumentException if a score is not a number */
    void add(ScoreMap map);

    /**
     * Takes over what another has gathered; the other is not used afterwards.
     *
     * @throws IllegalArgumentException if the other is of another kind
     */
    void merge(PixelScores other);

    /** @param limit false-positive rate at which the per-region-overlap curve is cut, above 0 and at most 1 */
    PixelMeasures measures(double limit);

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

    /** Floats as whole numbers of the same order. */
    static final class ScoreKey {

        private ScoreKey() {}

        /** @throws IllegalArgumentException if the score is not a number */
        static int of(float score) {
            if (Float.isNaN(score)) {
                throw new IllegalArgumentException("a score is NaN; the detector that gave it diverged");
            }
            // Adding zero makes -0.0 the 0.0 that it equals.
            int bits = Float.floatToRawIntBits(score + 0.0f);
            return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        }

        static float score(int key) {
            return Float.intBitsToFloat(key ^ ((key >> 31) & Integer.MAX_VALUE));
        }
    }
}
