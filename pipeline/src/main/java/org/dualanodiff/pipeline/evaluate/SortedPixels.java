package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import org.dualanodiff.model.mask.Components;

/** Keeps every pixel: normal ones as a sortable number, those of defects with the number of their region. Exact. */
final class SortedPixels implements PixelScores {

    private static final int FIRST_CAPACITY = 1 << 12;

    private int[] normal;
    private int normals;
    /** Score in the upper half, region in the lower. */
    private long[] defect = new long[FIRST_CAPACITY];

    private int defects;
    private int[] areas = new int[16];
    private int regions;

    SortedPixels() {
        this(FIRST_CAPACITY);
    }

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
        normal = normals + moreNormals > normal.length ? Arrays.copyOf(normal, grown(normals, moreNormals)) : normal;
        defect = defects + moreDefects > defect.length ? Arrays.copyOf(defect, grown(defects, moreDefects)) : defect;
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
