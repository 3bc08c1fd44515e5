package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.model.image.Image;

/** Operations on {@code (height, width)} planes that the makers of defects share. */
final class Plane {

    /** Gaussian of sigma 1, cut at three pixels. */
    private static final float[] GAUSSIAN = gaussian(3);

    private Plane() {}

    static boolean[] set(Image mask) {
        boolean[] set = new boolean[mask.levels().length];
        for (int i = 0; i < set.length; i++) {
            set[i] = mask.levels()[i] != 0;
        }
        return set;
    }

    static Image mask(boolean[] set, int width, int height) {
        byte[] levels = new byte[set.length];
        for (int i = 0; i < set.length; i++) {
            levels[i] = (byte) (set[i] ? 255 : 0);
        }
        return new Image(width, height, 1, levels);
    }

    static boolean isEmpty(boolean[] set) {
        return count(set) == 0;
    }

    static int count(boolean[] set) {
        int count = 0;
        for (boolean pixel : set) {
            count += pixel ? 1 : 0;
        }
        return count;
    }

    /** Grows a set by a square of {@code 2 radius + 1} pixels. */
    static boolean[] dilated(boolean[] set, int width, int height, int radius) {
        boolean[] grown = new boolean[set.length];
        for (int i = 0; i < set.length; i++) {
            if (set[i]) {
                fill(grown, width, height, i % width, i / width, radius);
            }
        }
        return grown;
    }

    private static void fill(boolean[] set, int width, int height, int x, int y, int radius) {
        for (int row = Math.max(0, y - radius); row <= Math.min(height - 1, y + radius); row++) {
            for (int column = Math.max(0, x - radius); column <= Math.min(width - 1, x + radius); column++) {
                set[row * width + column] = true;
            }
        }
    }

    /** The set as 0 and 1, blurred with sigma 1; what lies outside counts as the edge. */
    static float[] blurred(boolean[] set, int width, int height) {
        float[] plane = new float[set.length];
        for (int i = 0; i < set.length; i++) {
            plane[i] = set[i] ? 1 : 0;
        }
        return blurredAlong(blurredAlong(plane, width, height, true), width, height, false);
    }

    private static float[] blurredAlong(float[] plane, int width, int height, boolean rows) {
        float[] blurred = new float[plane.length];
        int reach = GAUSSIAN.length / 2;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float sum = 0;
                for (int k = -reach; k <= reach; k++) {
                    int column = clamp(rows ? x + k : x, width);
                    int row = clamp(rows ? y : y + k, height);
                    sum += GAUSSIAN[k + reach] * plane[row * width + column];
                }
                blurred[y * width + x] = sum;
            }
        }
        return blurred;
    }

    /** A channel's level between pixels, bilinear; what lies outside counts as the edge. */
    static double bilinear(Image pixels, int channel, double x, double y) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        double right = x - left;
        double below = y - top;
        int x0 = clamp(left, pixels.width());
        int x1 = clamp(left + 1, pixels.width());
        int y0 = clamp(top, pixels.height());
        int y1 = clamp(top + 1, pixels.height());
        return (1 - below) * ((1 - right) * pixels.level(channel, y0, x0) + right * pixels.level(channel, y0, x1))
                + below * ((1 - right) * pixels.level(channel, y1, x0) + right * pixels.level(channel, y1, x1));
    }

    /** The mean level of all channels where {@code set} is; NaN where it is empty. */
    static double mean(Image pixels, boolean[] set) {
        double sum = 0;
        for (int i = 0; i < pixels.levels().length; i++) {
            sum += set[i % set.length] ? pixels.levels()[i] & 0xff : 0;
        }
        return sum / pixels.channels() / count(set);
    }

    static byte level(double value) {
        return (byte) Math.round(Math.min(255, Math.max(0, value)));
    }

    private static int clamp(int position, int length) {
        return Math.min(length - 1, Math.max(0, position));
    }

    private static float[] gaussian(int reach) {
        float[] weights = new float[2 * reach + 1];
        float sum = 0;
        for (int k = -reach; k <= reach; k++) {
            weights[k + reach] = (float) Math.exp(-k * k / 2.0);
            sum += weights[k + reach];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }
}
