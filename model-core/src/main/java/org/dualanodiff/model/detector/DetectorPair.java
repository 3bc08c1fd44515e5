package org.dualanodiff.model.detector;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.image.Image;

/**
 * A picture and its defect at the size that a detector works at, in 8 bits so that thousands fit into memory.
 *
 * @param image grey or color
 * @param mask of the same size, 0 or 255
 */
public record DetectorPair(Image image, Image mask) {

    /** A level above it counts as defect; real masks are not always binary. */
    private static final int MASK_THRESHOLD = 127;

    private static final float CENTER = 0.5f;
    private static final float DEVIATION = 0.25f;

    public DetectorPair {
        if (image.width() != mask.width() || image.height() != mask.height() || mask.channels() != 1) {
            throw new IllegalArgumentException("Image and mask must agree: image %d x %d, mask %d x %d with %d channels"
                    .formatted(image.width(), image.height(), mask.width(), mask.height(), mask.channels()));
        }
    }

    /**
     * A defect image of any size with its mask: the image by a straight antialiased resize to a square, the mask
     * thresholded at full size, then the nearest pixel of each place's center.
     *
     * @param channels 1 for grey, 3 for color
     */
    public static DetectorPair of(BufferedImage image, BufferedImage mask, int size, int channels) {
        return new DetectorPair(resized(image, size, channels), nearest(Image.gray(mask), size));
    }

    /** A defect-free image of any size. */
    public static DetectorPair normal(BufferedImage image, int size, int channels) {
        return new DetectorPair(resized(image, size, channels), new Image(size, size, 1, new byte[size * size]));
    }

    private static Image resized(BufferedImage image, int size, int channels) {
        return PilResize.resize(channels == 1 ? Image.gray(image) : Image.rgb(image), size, size);
    }

    private static Image nearest(Image mask, int size) {
        byte[] levels = new byte[size * size];
        for (int y = 0; y < size; y++) {
            int row = (int) ((y + 0.5) * mask.height() / size);
            for (int x = 0; x < size; x++) {
                int column = (int) ((x + 0.5) * mask.width() / size);
                levels[y * size + x] = (byte) (mask.level(0, row, column) > MASK_THRESHOLD ? 255 : 0);
            }
        }
        return new Image(size, size, 1, levels);
    }

    /** Whether any pixel is defect; small defects can vanish when an image is made smaller. */
    public boolean hasDefect() {
        for (byte level : mask.levels()) {
            if (level != 0) {
                return true;
            }
        }
        return false;
    }

    /** The image as a network takes it, {@code (channels, size, size)}: levels as {@code (g/255 - 0.5) / 0.25}. */
    public float[] normalized() {
        float[] values = new float[image.levels().length];
        normalize(image, values, 0);
        return values;
    }

    static void normalize(Image pixels, float[] target, int offset) {
        byte[] levels = pixels.levels();
        for (int i = 0; i < levels.length; i++) {
            target[offset + i] = ((levels[i] & 0xff) / 255f - CENTER) / DEVIATION;
        }
    }

    static void requireChannels(int channels) {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("A detector sees 1 or 3 channels, was " + channels);
        }
    }

    DetectorPair flip(Flip flip) {
        return new DetectorPair(image.flip(flip), mask.flip(flip));
    }
}
