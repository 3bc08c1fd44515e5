package org.dualanodiff.model.image;

import java.awt.image.BufferedImage;

/** Between 8-bit images and the float images of the model: {@code (3, H, W)}, either [0, 1] or [-1, 1]. */
public final class PixelCodec {
    private PixelCodec() {}

    /**
     * @param chw {@code (3, height, width)} in [0, 1]; values outside are clamped
     * @throws IllegalArgumentException if the length does not fit or a value is not a number
     */
    public static BufferedImage fromUnit(float[] chw, int width, int height) {
        return toImage(chw, width, height, 1f, 0f);
    }

    /**
     * @param chw {@code (3, height, width)} in [-1, 1]; values outside are clamped
     * @throws IllegalArgumentException if the length does not fit or a value is not a number
     */
    public static BufferedImage fromSigned(float[] chw, int width, int height) {
        return toImage(chw, width, height, 0.5f, 0.5f);
    }

    /** @return {@code (3, H, W)} in [0, 1]; grey is replicated */
    public static float[] toUnit(BufferedImage image) {
        return toUnit(Image.rgb(image));
    }

    /** @return {@code (3, H, W)} in [-1, 1]; grey is replicated */
    public static float[] toSigned(BufferedImage image) {
        return toSigned(Image.rgb(image));
    }

    /** @return {@code (C, H, W)} in [0, 1] */
    public static float[] toUnit(Image pixels) {
        float[] values = new float[pixels.levels().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (pixels.levels()[i] & 0xff) / 255f;
        }
        return values;
    }

    /** @return {@code (3, H, W)} in [-1, 1] */
    public static float[] toSigned(Image pixels) {
        float[] values = new float[pixels.levels().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = signed(pixels.levels()[i] & 0xff);
        }
        return values;
    }

    /** One level, 0 to 255, in [-1, 1]. */
    static float signed(int level) {
        return (level / 255f - 0.5f) / 0.5f;
    }

    private static BufferedImage toImage(float[] chw, int width, int height, float factor, float shift) {
        if (chw.length != 3 * width * height) {
            throw new IllegalArgumentException("An image of 3 x %d x %d needs %d values, found %d"
                    .formatted(height, width, 3 * width * height, chw.length));
        }
        byte[] levels = new byte[chw.length];
        for (int i = 0; i < chw.length; i++) {
            levels[i] = level(chw[i] * factor + shift, i, width * height);
        }
        return new Image(width, height, 3, levels).toImage();
    }

    private static byte level(float unit, int index, int area) {
        if (Float.isNaN(unit)) {
            throw new IllegalArgumentException("Pixel %d of channel %d is not a number; the model that made it diverged"
                    .formatted(index % area, index / area));
        }
        return (byte) (int) Math.rint(255.0 * Math.min(1f, Math.max(0f, unit)));
    }
}
