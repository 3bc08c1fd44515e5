package org.dualanodiff.model.mask;

/**
 * The exact Euclidean distance transform. The cost is linear in the pixels, so that discs of any radius cost the same.
 *
 * <p>Source: Meijster, Roerdink and Hesselink, "A general algorithm for computing distance transforms
 * in linear time", 2000.
 */
final class DistanceTransform {
    private DistanceTransform() {}

    /** For each pixel the squared distance to the nearest pixel of the set; larger than any real one if it is empty. */
    static int[] squared(Mask mask) {
        int[] vertical = distanceInColumn(mask);
        int[] squared = new int[vertical.length];
        int[] site = new int[mask.width()];
        int[] from = new int[mask.width()];
        for (int y = 0; y < mask.height(); y++) {
            lowerEnvelope(vertical, y * mask.width(), mask.width(), site, from, squared);
        }
        return squared;
    }

    private static int[] distanceInColumn(Mask mask) {
        int width = mask.width();
        int[] distance = new int[width * mask.height()];
        int far = width + mask.height();
        for (int i = 0; i < distance.length; i++) {
            int above = i < width ? far : Math.min(far, distance[i - width] + 1);
            distance[i] = mask.set()[i] ? 0 : above;
        }
        for (int i = distance.length - width - 1; i >= 0; i--) {
            distance[i] = Math.min(distance[i], distance[i + width] + 1);
        }
        return distance;
    }

    /** One row: the lower envelope of the parabolas {@code (x - s)^2 + g(s)^2}. */
    private static void lowerEnvelope(int[] g, int row, int width, int[] site, int[] from, int[] squared) {
        int top = 0;
        site[0] = 0;
        from[0] = 0;
        for (int u = 1; u < width; u++) {
            while (top >= 0 && parabola(g, row, from[top], site[top]) > parabola(g, row, from[top], u)) {
                top--;
            }
            int start = top < 0 ? 0 : crossing(g, row, site[top], u) + 1;
            if (start < width) {
                top++;
                site[top] = u;
                from[top] = start;
            }
        }
        for (int x = width - 1; x >= 0; x--) {
            squared[row + x] = (int) Math.min(Integer.MAX_VALUE, parabola(g, row, x, site[top]));
            top -= x == from[top] ? 1 : 0;
        }
    }

    /** Beyond 31,000 pixels a square does not fit an int. */
    private static long parabola(int[] g, int row, int x, int s) {
        return (long) (x - s) * (x - s) + (long) g[row + s] * g[row + s];
    }

    private static int crossing(int[] g, int row, int s, int u) {
        long difference = parabola(g, row, 0, u) - parabola(g, row, 0, s);
        return Math.toIntExact(Math.floorDiv(difference, 2L * (u - s)));
    }
}
