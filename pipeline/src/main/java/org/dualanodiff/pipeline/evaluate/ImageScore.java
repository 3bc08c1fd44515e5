package org.dualanodiff.pipeline.evaluate;

/** One score for a whole image, from its map. */
public final class ImageScore {

    private static final int WINDOW = 21;

    private ImageScore() {}

    /** The largest score. */
    public static double max(ScoreMap map) {
        double max = Double.NEGATIVE_INFINITY;
        for (float score : map.scores()) {
            max = Math.max(max, score);
        }
        return max;
    }

    /**
     * The largest mean over a 21x21 window. What lies outside the map counts as 0 and every window is divided by 441 (the
     * convention of AnomalyDiffusion's evaluation).
     */
    public static double pooled(ScoreMap map) {
        double[] table = prefixSums(map);
        double max = Double.NEGATIVE_INFINITY;
        for (int y = 0; y < map.height(); y++) {
            for (int x = 0; x < map.width(); x++) {
                max = Math.max(max, windowSum(table, map, x, y));
            }
        }
        return max / (WINDOW * WINDOW);
    }

    /** {@code (height + 1, width + 1)}: the sum of all scores above and to the left. */
    private static double[] prefixSums(ScoreMap map) {
        int stride = map.width() + 1;
        double[] table = new double[stride * (map.height() + 1)];
        for (int y = 0; y < map.height(); y++) {
            double row = 0;
            for (int x = 0; x < map.width(); x++) {
                row += map.scores()[y * map.width() + x];
                table[(y + 1) * stride + x + 1] = table[y * stride + x + 1] + row;
            }
        }
        return table;
    }

    private static double windowSum(double[] table, ScoreMap map, int x, int y) {
        int stride = map.width() + 1;
        int left = Math.max(0, x - WINDOW / 2);
        int top = Math.max(0, y - WINDOW / 2);
        int right = Math.min(map.width(), x + WINDOW / 2 + 1);
        int bottom = Math.min(map.height(), y + WINDOW / 2 + 1);
        return table[bottom * stride + right]
                - table[top * stride + right]
                - table[bottom * stride + left]
                + table[top * stride + left];
    }
}
