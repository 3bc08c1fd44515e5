package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;

/** A set of pixels: {@code set} is {@code (height, width)}, row major. */
record Mask(int width, int height, boolean[] set) {
    private static final int THRESHOLD = 128;

    static Mask of(BufferedImage image) {
        byte[] levels = Image.gray(image).levels();
        boolean[] set = new boolean[levels.length];
        for (int i = 0; i < set.length; i++) {
            set[i] = (levels[i] & 0xff) >= THRESHOLD;
        }
        return new Mask(image.getWidth(), image.getHeight(), set);
    }

    BufferedImage toImage() {
        byte[] levels = new byte[set.length];
        for (int i = 0; i < set.length; i++) {
            levels[i] = (byte) (set[i] ? 255 : 0);
        }
        return new Image(width, height, 1, levels).toImage();
    }

    Mask inverted() {
        boolean[] inverse = new boolean[set.length];
        for (int i = 0; i < set.length; i++) {
            inverse[i] = !set[i];
        }
        return new Mask(width, height, inverse);
    }

    Mask with(boolean[] newSet) {
        return new Mask(width, height, newSet);
    }

    /** The pixels on the image's edge. */
    Mask border() {
        boolean[] edge = new boolean[set.length];
        for (int i = 0; i < edge.length; i++) {
            int x = i % width;
            int y = i / width;
            edge[i] = x == 0 || y == 0 || x == width - 1 || y == height - 1;
        }
        return with(edge);
    }
}
