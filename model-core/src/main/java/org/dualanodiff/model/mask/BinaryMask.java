package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Pixels;

/** A set of pixels: {@code set} is {@code (height, width)}, row major. */
record BinaryMask(int width, int height, boolean[] set) {
    private static final int THRESHOLD = 128;

    static BinaryMask of(BufferedImage image) {
        byte[] levels = Pixels.gray(image).levels();
        boolean[] set = new boolean[levels.length];
        for (int i = 0; i < set.length; i++) {
            set[i] = (levels[i] & 0xff) >= THRESHOLD;
        }
        return new BinaryMask(image.getWidth(), image.getHeight(), set);
    }

    BufferedImage toImage() {
        byte[] levels = new byte[set.length];
        for (int i = 0; i < set.length; i++) {
            levels[i] = (byte) (set[i] ? 255 : 0);
        }
        return new Pixels(width, height, 1, levels).toImage();
    }

    BinaryMask inverted() {
        boolean[] inverse = new boolean[set.length];
        for (int i = 0; i < set.length; i++) {
            inverse[i] = !set[i];
        }
        return new BinaryMask(width, height, inverse);
    }

    BinaryMask with(boolean[] newSet) {
        return new BinaryMask(width, height, newSet);
    }

    /** The pixels on the image's edge. */
    BinaryMask border() {
        boolean[] edge = new boolean[set.length];
        for (int i = 0; i < edge.length; i++) {
            int x = i % width;
            int y = i / width;
            edge[i] = x == 0 || y == 0 || x == width - 1 || y == height - 1;
        }
        return with(edge);
    }
}
