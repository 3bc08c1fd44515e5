package org.dualanodiff.pipeline.evaluate;

import java.util.List;
import java.util.Optional;

/** Gathers the pixels of any number of maps, then measures them together. The order of maps does not change the metrics. */
public sealed interface PixelScores permits SortedPixels, BinnedPixels {

    /** Pixels that are kept and sorted: 4 bytes each, 8 for those of defects. */
    long MOST_SORTED = 150_000_000;

    /** The false-positive rate up to which the field integrates region overlap. */
    double AUPRO_LIMIT = 0.3;

    /** Exact up to {@link #MOST_SORTED} pixels, else by bins with bounds. */
    static PixelScores forPixels(long expected) {
        return expected <= MOST_SORTED ? new SortedPixels((int) expected) : new BinnedPixels();
    }

    /** The metrics of all maps together. */
    static Metrics of(List<ScoreMap> maps) {
        PixelScores pixels =
                forPixels(maps.stream().mapToLong(map -> map.scores().length).sum());
        maps.forEach(pixels::add);
        return pixels.metrics(AUPRO_LIMIT);
    }

    /** @throws IllegalArgumentException if a score is not a number */
    void add(ScoreMap map);

    /** @param limit false-positive rate at which the per-region-overlap curve is cut, above 0 and at most 1 */
    Metrics metrics(double limit);

    /**
     * The metrics over all pixels of a set of maps.
     *
     * @param ranking AUROC, AP and F1-max of the pixels
     * @param aupro area under the per-region-overlap curve up to the limit that was asked for; empty without a region or a
     *     normal pixel
     * @param regions 8-connected defect regions, each image on its own
     * @param bounds how far each metric may be off
     */
    record Metrics(Ranking ranking, Optional<Double> aupro, long regions, Bounds bounds) {}

    /** Upper bounds of the error of each metric; zeros where the scores were sorted exactly. */
    record Bounds(double auroc, double averagePrecision, double f1Max, double aupro) {
        static final Bounds EXACT = new Bounds(0, 0, 0, 0);
    }
}
