package org.dualanodiff.pipeline.evaluate;

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
}
