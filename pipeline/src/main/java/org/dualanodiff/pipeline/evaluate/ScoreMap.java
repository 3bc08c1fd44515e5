package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.model.mask.Mask;

/**
 * What a detector says of one image, and what is true.
 *
 * @param scores {@code (height, width)}, row major: higher is more anomalous
 * @param defect of the map's size
 */
public record ScoreMap(float[] scores, Mask defect) {

    private static final int WINDOW = 21;

    public ScoreMap {
        if (scores.length != defect.set().length) {
            throw new IllegalArgumentException("A map of %d x %d needs as many scores, found %d"
                    .formatted(defect.width(), defect.height(), scores.length));
        }
    }

    public int width() {
        return defect.width();
    }

    public int height() {
        return defect.height();
    }

    /**
     * One score for the whole image: the largest mean over a 21x21 window. What lies outside the map counts as 0 and every
     * window is divided by 441 (the convention of AnomalyDiffusion's evaluation).
     */
    public double imageScore() {
        double[] table = prefixSums();
        double max = Double.NEGATIVE_INFINITY;
        for (int y = 0; y < height(); y++) {
            for (int x = 0; x < width(); x++) {
                max = Math.max(max, windowSum(table, x, y));
            }
        }
        return max / (WINDOW * WINDOW);
    }

    /** {@code (height + 1, width + 1)}: the sum of all scores above and to the left. */
    private double[] prefixSums() {
        int stride = width() + 1;
        double[] table = new double[stride * (height() + 1)];
        for (int y = 0; y < height(); y++) {
            double row = 0;
            for (int x = 0; x < width(); x++) {
                row += scores[y * width() + x];
                table[(y + 1) * stride + x + 1] = table[y * stride + x + 1] + row;
            }
        }
        return table;
    }

    private double windowSum(double[] table, int x, int y) {
        int stride = width() + 1;
        int left = Math.max(0, x - WINDOW / 2);
        int top = Math.max(0, y - WINDOW / 2) * stride;
        int right = Math.min(width(), x + WINDOW / 2 + 1);
        int bottom = Math.min(height(), y + WINDOW / 2 + 1) * stride;
        return table[bottom + right] - table[top + right] - table[bottom + left] + table[top + left];
    }

    /**
     * The score of a pixel as a whole number of the same order.
     *
     * @throws IllegalArgumentException if it is not a number
     */
    int key(int pixel) {
        if (Float.isNaN(scores[pixel])) {
            throw new IllegalArgumentException("a score is NaN; the detector that gave it diverged");
        }
        // Adding zero makes -0.0 the 0.0 that it equals.
        int bits = Float.floatToRawIntBits(scores[pixel] + 0.0f);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** The score that has this {@link #key}. */
    static float score(int key) {
        return Float.intBitsToFloat(key ^ ((key >> 31) & Integer.MAX_VALUE));
    }
}
