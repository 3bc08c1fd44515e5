package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.mask.Components;

/** Gathers the pixels of any number of maps, then measures them together. The order of maps does not change the metrics. */
public sealed interface PixelScores {

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

    /**
     * Counts pixels by the upper 22 bits of their score, 8192 bins a doubling, in 96 MB whatever the number of pixels. Within a
     * bin the order is not known; the bounds say what that may change.
     */
    static final class BinnedPixels implements PixelScores {
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
            Bounds bounds =
                    new Bounds(sweep.aurocBound(), sweep.averagePrecisionBound(), sweep.f1Bound(), curve.bound());
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

    /** Keeps every pixel: normal ones as a sortable number, those of defects with the number of their region. Exact. */
    static final class SortedPixels implements PixelScores {

        private static final int FIRST_CAPACITY = 1 << 12;

        private int[] normal;
        private int normals;
        /** Score in the upper half, region in the lower. */
        private long[] defect = new long[FIRST_CAPACITY];

        private int defects;
        private int[] areas = new int[16];
        private int regions;

        /** @param expected pixels, so that memory need not grow; any number may come */
        SortedPixels(int expected) {
            normal = new int[expected];
        }

        @Override
        public void add(ScoreMap map) {
            Components found = map.defect().components();
            boolean[] isDefect = map.defect().set();
            ensure(map.scores().length, map.scores().length, found.count());
            for (int i = 0; i < map.scores().length; i++) {
                int key = map.key(i);
                if (isDefect[i]) {
                    defect[defects++] = pack(key, regions + found.labels()[i]);
                } else {
                    normal[normals++] = key;
                }
            }
            System.arraycopy(found.areas(), 0, areas, regions, found.count());
            regions += found.count();
        }

        @Override
        public Metrics metrics(double limit) {
            Arrays.sort(normal, 0, normals);
            Arrays.sort(defect, 0, defects);
            Ranking.Sweep sweep = new Ranking.Sweep(defects, normals);
            PerRegionOverlap curve = new PerRegionOverlap(limit, regions, normals);
            walk(sweep, curve);
            return new Metrics(sweep.ranking(), curve.value(), regions, Bounds.EXACT);
        }

        /** Both lists from their ends, one distinct score after the other. */
        private void walk(Ranking.Sweep sweep, PerRegionOverlap curve) {
            int n = normals - 1;
            int d = defects - 1;
            while (n >= 0 || d >= 0) {
                int key = Math.max(n < 0 ? Integer.MIN_VALUE : normal[n], d < 0 ? Integer.MIN_VALUE : key(defect[d]));
                int alarms = n;
                while (n >= 0 && normal[n] == key) {
                    n--;
                }
                int hits = d;
                double overlap = 0;
                while (d >= 0 && key(defect[d]) == key) {
                    overlap += 1.0 / areas[region(defect[d])];
                    d--;
                }
                sweep.accept(ScoreMap.score(key), hits - d, alarms - n);
                curve.accept(alarms - n, overlap);
            }
        }

        private void ensure(int moreNormals, int moreDefects, int moreRegions) {
            normal =
                    normals + moreNormals > normal.length ? Arrays.copyOf(normal, grown(normals, moreNormals)) : normal;
            defect =
                    defects + moreDefects > defect.length ? Arrays.copyOf(defect, grown(defects, moreDefects)) : defect;
            areas = regions + moreRegions > areas.length ? Arrays.copyOf(areas, grown(regions, moreRegions)) : areas;
        }

        private static int grown(int size, int more) {
            return Math.max(Math.addExact(size, more), (int) Math.min(Integer.MAX_VALUE - 8, size * 3L / 2));
        }

        private static long pack(int key, int region) {
            return ((long) key << Integer.SIZE) | region;
        }

        private static int key(long packed) {
            return (int) (packed >> Integer.SIZE);
        }

        private static int region(long packed) {
            return (int) packed;
        }
    }
}
