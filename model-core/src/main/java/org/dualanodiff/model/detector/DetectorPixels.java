package org.dualanodiff.model.detector;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;

/** Pictures on their way into a detector: straight antialiased resize to a square, then levels to {@code (g/255 - 0.5) / 0.25}. */
public final class DetectorPixels {

    /** A level above it counts as defect; real masks are not always binary. */
    private static final int MASK_THRESHOLD = 127;

    private static final float CENTER = 0.5f;
    private static final float DEVIATION = 0.25f;

    private DetectorPixels() {}

    /** @param channels 1 for grey, 3 for color */
    public static Image image(BufferedImage image, int size, int channels) {
        Image pixels = channels == 1 ? Image.gray(image) : Image.rgb(image);
        return PilResize.resize(pixels, size, size);
    }

    /** Thresholded at full size, then the nearest pixel of each place's center; levels 0 and 255. */
    public static Image mask(BufferedImage mask, int size) {
        Image full = Image.gray(mask);
        byte[] levels = new byte[size * size];
        for (int y = 0; y < size; y++) {
            int row = (int) ((y + 0.5) * full.height() / size);
            for (int x = 0; x < size; x++) {
                int column = (int) ((x + 0.5) * full.width() / size);
                levels[y * size + x] = (byte) (full.level(0, row, column) > MASK_THRESHOLD ? 255 : 0);
            }
        }
        return new Image(size, size, 1, levels);
    }

    /** What a network takes: {@code (channels, size, size)}. */
    public static float[] normalized(Image pixels) {
        float[] values = new float[pixels.levels().length];
        normalize(pixels, values, 0);
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
}
