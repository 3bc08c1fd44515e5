package org.dualanodiff.pipeline.inspect;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/**
 * What an image looks like from afar: its grey levels in 32 x 32 cells, without their mean and scaled to length 1, so
 * that light and exposure do not count; and an average hash, one bit for each of 8 x 8 cells that is brighter than the
 * mean.
 */
record Thumbnail(float[] pattern, long hash) {
    private static final int SIDE = 32;
    private static final int HASH_SIDE = 8;

    /** Images whose hashes differ in more bits are not compared any closer. */
    private static final int HASH_BITS = 16;

    /** @param image in the form that {@link org.dualanodiff.pipeline.dataset.ImageDecoder#image} gives */
    static Thumbnail of(BufferedImage image) {
        float[] cells = cells(image);
        double mean = mean(cells);
        double squares = 0;
        for (int i = 0; i < cells.length; i++) {
            cells[i] -= (float) mean;
            squares += cells[i] * cells[i];
        }
        for (int i = 0; i < cells.length && squares > 0; i++) {
            cells[i] /= (float) Math.sqrt(squares);
        }
        return new Thumbnail(cells, hash(cells));
    }

    /** Mean level of each cell; an image smaller than the cells gives one pixel to several of them. */
    private static float[] cells(BufferedImage image) {
        byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        int width = image.getWidth();
        int height = image.getHeight();
        float[] cells = new float[SIDE * SIDE];
        for (int cell = 0; cell < cells.length; cell++) {
            int left = cell % SIDE * width / SIDE;
            int right = Math.max(left + 1, (cell % SIDE + 1) * width / SIDE);
            int top = cell / SIDE * height / SIDE;
            int bottom = Math.max(top + 1, (cell / SIDE + 1) * height / SIDE);
            cells[cell] = (float) sum(bgr, width, left, right, top, bottom) / ((right - left) * (bottom - top));
        }
        return cells;
    }

    private static long sum(byte[] bgr, int width, int left, int right, int top, int bottom) {
        long sum = 0;
        for (int y = top; y < bottom; y++) {
            for (int i = (y * width + left) * 3; i < (y * width + right) * 3; i++) {
                sum += bgr[i] & 0xFF;
            }
        }
        return sum;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static long hash(float[] cells) {
        int step = SIDE / HASH_SIDE;
        float[] coarse = new float[HASH_SIDE * HASH_SIDE];
        for (int i = 0; i < cells.length; i++) {
            coarse[i / SIDE / step * HASH_SIDE + i % SIDE / step] += cells[i];
        }
        long hash = 0;
        for (int i = 0; i < coarse.length; i++) {
            hash |= coarse[i] > 0 ? 1L << i : 0;
        }
        return hash;
    }

    /** Whether a closer look is worth its time. */
    boolean mayResemble(Thumbnail other) {
        return Long.bitCount(hash ^ other.hash) <= HASH_BITS;
    }

    /** One less the correlation: 0 for the same pattern, about 1 for unrelated ones. */
    double distance(Thumbnail other) {
        double product = 0;
        for (int i = 0; i < pattern.length; i++) {
            product += pattern[i] * other.pattern[i];
        }
        return 1 - product;
    }
}
