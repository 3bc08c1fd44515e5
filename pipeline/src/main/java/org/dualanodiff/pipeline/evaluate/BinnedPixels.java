package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.model.mask.Components;

/**
 * Counts pixels by the upper 22 bits of their score, 8192 bins a doubling, in 96 MB whatever the number of pixels. Within a
 * bin the order is not known; the bounds say what that may change.
 */
final class BinnedPixels implements PixelScores {
    private static final int KEPT_BITS = 22;
    private static final int DROPPED_BITS = Integer.SIZE - KEPT_BITS;
    private static final int BINS = 1 << KEPT_BITS;

    private final long[] normal = new long[BINS];
    private final long[] defect = new long[BINS];
    private final double[] overlap = new double[BINS];
    private long normals;
    private long defects;
    private long regions;

    @Override
    public void add(ScoreMap map) {
        Components found = map.defect().components();
        boolean[] isDefect = map.defect().set();
        for (int i = 0; i < map.scores().length; i++) {
            int bin = bin(map.key(i));
            if (isDefect[i]) {
                defect[bin]++;
                overlap[bin] += 1.0 / found.areas()[found.labels()[i]];
                defects++;
            } else {
                normal[bin]++;
                normals++;
            }
        }
        regions += found.count();
    }

    @Override
    public Metrics metrics(double limit) {
        Ranking.Sweep sweep = new Ranking.Sweep(defects, normals);
        PerRegionOverlap curve = new PerRegionOverlap(limit, regions, normals);
        for (int bin = BINS - 1; bin >= 0; bin--) {
            if (normal[bin] > 0 || defect[bin] > 0) {
                sweep.accept(lowestScore(bin), defect[bin], normal[bin]);
                curve.accept(normal[bin], overlap[bin]);
            }
        }
        Bounds bounds = new Bounds(sweep.aurocBound(), sweep.averagePrecisionBound(), sweep.f1Bound(), curve.bound());
        return new Metrics(sweep.ranking(), curve.value(), regions, bounds);
    }

    /** From the lowest score up; the shift makes the smallest key bin 0. */
    private static int bin(int key) {
        return (key >> DROPPED_BITS) + BINS / 2;
    }

    private static float lowestScore(int bin) {
        return ScoreMap.score((bin - BINS / 2) << DROPPED_BITS);
    }
}
