package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;

/** What pasted and drawn defects share: soft edges, and levels between pixels. */
final class Blending {

    /** Gaussian of sigma 1, cut at three pixels. */
    private static final float[] GAUSSIAN = gaussian(3);

    private Blending() {}

    /** The mask as 0 and 1, blurred with sigma 1; what lies outside counts as the edge. */
    static float[] blurred(Mask mask) {
        float[] plane = new float[mask.set().length];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = mask.set()[i] ? 1 : 0;
        }
        float[] rows = blurredAlong(plane, mask.width(), mask.height(), true);
        return blurredAlong(rows, mask.width(), mask.height(), false);
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

    /** The mean level of all channels inside a mask; NaN where it is empty. */
    static double mean(Image image, Mask mask) {
        boolean[] set = mask.set();
        double sum = 0;
        for (int i = 0; i < image.levels().length; i++) {
            sum += set[i % set.length] ? image.levels()[i] & 0xff : 0;
        }
        return sum / image.channels() / mask.area();
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
