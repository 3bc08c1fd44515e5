package org.dualanodiff.pipeline.background;

/** The mean over a square window, cut at the image's border; first along rows, then along columns. */
final class BoxMean {
    private BoxMean() {}

    /**
     * @param plane {@code (height, width)}, row major
     * @return of the same shape
     */
    static float[] of(float[] plane, int width, int height, int radius) {
        float[] rows = new float[plane.length];
        for (int y = 0; y < height; y++) {
            line(plane, rows, y * width, 1, width, radius);
        }
        float[] both = new float[plane.length];
        for (int x = 0; x < width; x++) {
            line(rows, both, x, width, height, radius);
        }
        return both;
    }

    private static void line(float[] from, float[] to, int start, int step, int count, int radius) {
        for (int i = 0; i < count; i++) {
            int first = Math.max(0, i - radius);
            int last = Math.min(count - 1, i + radius);
            float sum = 0;
            for (int k = first; k <= last; k++) {
                sum += from[start + k * step];
            }
            to[start + i * step] = sum / (last - first + 1);
        }
    }
}
