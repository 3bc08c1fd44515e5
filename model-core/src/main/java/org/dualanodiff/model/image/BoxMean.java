package org.dualanodiff.model.image;

/** Means over square windows that are cut at the picture's border, by sums over rectangles from the corner. */
public final class BoxMean {

    private BoxMean() {}

    /**
     * @param plane {@code (height, width)}, row major
     * @param radius of the window, in pixels; it has 2 radius + 1 on each side
     * @return of the same shape
     */
    public static double[] of(double[] plane, int width, int height, int radius) {
        double[] sums = new double[(width + 1) * (height + 1)];
        for (int y = 0; y < height; y++) {
            double row = 0;
            for (int x = 0; x < width; x++) {
                row += plane[y * width + x];
                sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
            }
        }
        double[] means = new double[plane.length];
        for (int i = 0; i < means.length; i++) {
            int left = Math.max(0, i % width - radius);
            int right = Math.min(width, i % width + radius + 1);
            int top = Math.max(0, i / width - radius) * (width + 1);
            int bottom = Math.min(height, i / width + radius + 1) * (width + 1);
            double sum = sums[bottom + right] - sums[bottom + left] - sums[top + right] + sums[top + left];
            means[i] = sum * (width + 1) / ((double) (right - left) * (bottom - top));
        }
        return means;
    }
}
