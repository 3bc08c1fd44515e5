package org.dualanodiff.model.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Arrays;

/**
 * 8-bit pixels, one plane a channel: {@code levels} is {@code (C, H, W)}, row major, unsigned.
 *
 * <p>Stored levels are read as they are: {@link BufferedImage#getRGB} would apply a gamma curve to grey images and a
 * color profile to others, and neither happens in the method's own preprocessing.
 *
 * @param width    pixels a row
 * @param height   rows
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param levels   {@code channels * height * width} unsigned bytes
 */
public record Image(int width, int height, int channels, byte[] levels) {
    private static final float[] IMAGENET_MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] IMAGENET_DEVIATION = {0.229f, 0.224f, 0.225f};

    public Image {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("An image needs 1 or 3 channels, was " + channels);
        }
        if (width < 1 || height < 1 || levels.length != channels * width * height) {
            throw new IllegalArgumentException("An image of %d channel(s), %d x %d needs %d levels, found %d"
                    .formatted(channels, width, height, channels * width * height, levels.length));
        }
    }

    /** Red, green and blue planes; a grey image is replicated and transparency is dropped. */
    public static Image rgb(BufferedImage image) {
        return isGray(image.getColorModel()) ? replicated(bands(image, 1)) : colorPlanes(image);
    }

    /** One grey plane; color is weighted as ITU-R 601-2 luma, in the fixed point that PIL's mode L uses. */
    public static Image gray(BufferedImage image) {
        return isGray(image.getColorModel()) ? bands(image, 1) : luma(colorPlanes(image));
    }

    /** The image's own kind: grey stays one plane, everything else becomes three. */
    public static Image of(BufferedImage image) {
        return isGray(image.getColorModel()) ? bands(image, 1) : colorPlanes(image);
    }

    /**
     * From the model's units.
     *
     * @param chw {@code (3, height, width)} in [-1, 1]; values outside are clamped
     * @throws IllegalArgumentException if the length does not fit or a value is not a number
     */
    public static Image ofSigned(float[] chw, int width, int height) {
        byte[] levels = new byte[chw.length];
        for (int i = 0; i < chw.length; i++) {
            if (Float.isNaN(chw[i])) {
                throw new IllegalArgumentException(
                        "Pixel %d of channel %d is not a number; the model that made it diverged"
                                .formatted(i % (width * height), i / (width * height)));
            }
            levels[i] = (byte) (int) Math.rint(255.0 * Math.min(1f, Math.max(0f, chw[i] * 0.5f + 0.5f)));
        }
        return new Image(width, height, 3, levels);
    }

    /** @return {@code (C, H, W)} in [-1, 1], as the model sees images */
    public float[] signed() {
        float[] values = new float[levels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = signed(levels[i] & 0xff);
        }
        return values;
    }

    /** One level, 0 to 255, in [-1, 1]. */
    static float signed(int level) {
        return (level / 255f - 0.5f) / 0.5f;
    }

    /** @return {@code (C, H, W)} in [0, 1] */
    public float[] unit() {
        float[] values = new float[levels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (levels[i] & 0xff) / 255f;
        }
        return values;
    }

    /** @return {@code (3, H, W)}, less the mean of ImageNet's images and in their standard deviations; grey is replicated */
    public float[] imageNetInput() {
        int area = width * height;
        float[] input = new float[3 * area];
        for (int i = 0; i < input.length; i++) {
            int channel = i / area;
            int level = levels[Math.min(channel, channels - 1) * area + i % area] & 0xff;
            input[i] = (level / 255f - IMAGENET_MEAN[channel]) / IMAGENET_DEVIATION[channel];
        }
        return input;
    }

    /** @return the unsigned level, 0..255 */
    public int level(int channel, int y, int x) {
        return levels[(channel * height + y) * width + x] & 0xff;
    }

    /** The level of one channel between pixels, bilinear; what lies outside counts as the edge. */
    public double between(int channel, double x, double y) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        double right = x - left;
        double below = y - top;
        int x0 = clamp(left, width);
        int x1 = clamp(left + 1, width);
        int y0 = clamp(top, height);
        int y1 = clamp(top + 1, height);
        return (1 - below) * ((1 - right) * level(channel, y0, x0) + right * level(channel, y0, x1))
                + below * ((1 - right) * level(channel, y1, x0) + right * level(channel, y1, x1));
    }

    private static int clamp(int position, int length) {
        return Math.min(length - 1, Math.max(0, position));
    }

    /** The nearest level that there is, 0 to 255, as {@link #levels} holds it. */
    public static byte toLevel(double value) {
        return (byte) Math.round(Math.min(255, Math.max(0, value)));
    }

    /** A {@code TYPE_BYTE_GRAY} or {@code TYPE_3BYTE_BGR} image with these levels. */
    public BufferedImage buffered() {
        int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
        BufferedImage image = new BufferedImage(width, height, type);
        WritableRaster raster = image.getRaster();
        int[] row = new int[width];
        for (int i = 0; i < channels * height; i++) {
            for (int x = 0; x < width; x++) {
                row[x] = levels[i * width + x] & 0xff;
            }
            raster.setSamples(0, i % height, width, 1, i / height, row);
        }
        return image;
    }

    /** The same pixels mirrored. */
    public Image flip(Flip flip) {
        if (flip == Flip.NONE) {
            return this;
        }
        byte[] flipped = new byte[levels.length];
        for (int row = 0; row < channels * height; row++) {
            int y = row % height;
            int fromRow = row - y + (flip.vertical() ? height - 1 - y : y);
            for (int x = 0; x < width; x++) {
                flipped[row * width + x] = levels[fromRow * width + (flip.horizontal() ? width - 1 - x : x)];
            }
        }
        return new Image(width, height, channels, flipped);
    }

    /** The {@code cropWidth x cropHeight} window whose upper left corner is {@code (left, top)}. */
    public Image crop(int left, int top, int cropWidth, int cropHeight) {
        byte[] cropped = new byte[channels * cropWidth * cropHeight];
        for (int row = 0; row < channels * cropHeight; row++) {
            int from = (row / cropHeight * height + top + row % cropHeight) * width + left;
            System.arraycopy(levels, from, cropped, row * cropWidth, cropWidth);
        }
        return new Image(cropWidth, cropHeight, channels, cropped);
    }

    /** RGB without any color: all three channels alike. */
    public boolean isMonochrome() {
        int area = width * height;
        return channels == 3
                && Arrays.equals(levels, 0, area, levels, area, 2 * area)
                && Arrays.equals(levels, 0, area, levels, 2 * area, 3 * area);
    }

    /** RGB; of the luma alone where {@code other} is without color, too. */
    public Image coloredAs(Image other) {
        return other.isMonochrome() ? replicated(luma(this)) : this;
    }

    private static boolean isGray(ColorModel model) {
        return model instanceof ComponentColorModel && model.getNumColorComponents() == 1;
    }

    private static Image colorPlanes(BufferedImage image) {
        boolean storedAsRgb = image.getColorModel() instanceof ComponentColorModel model
                && model.getNumColorComponents() == 3
                && model.getColorSpace().getType() == ColorSpace.TYPE_RGB;
        return storedAsRgb ? bands(image, 3) : convertedToRgb(image);
    }

    private static Image bands(BufferedImage image, int count) {
        Raster raster = image.getRaster();
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] levels = new byte[count * width * height];
        int[] row = new int[width];
        for (int i = 0; i < count * height; i++) {
            int band = i / height;
            int excessBits = Math.max(0, raster.getSampleModel().getSampleSize(band) - 8);
            raster.getSamples(raster.getMinX(), raster.getMinY() + i % height, width, 1, band, row);
            for (int x = 0; x < width; x++) {
                levels[i * width + x] = (byte) (row[x] >> excessBits);
            }
        }
        return new Image(width, height, count, levels);
    }

    private static Image convertedToRgb(BufferedImage image) {
        int width = image.getWidth();
        int area = width * image.getHeight();
        int[] packed = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
        byte[] levels = new byte[3 * area];
        for (int i = 0; i < area; i++) {
            levels[i] = (byte) (packed[i] >> 16);
            levels[area + i] = (byte) (packed[i] >> 8);
            levels[2 * area + i] = (byte) packed[i];
        }
        return new Image(width, image.getHeight(), 3, levels);
    }

    private static Image replicated(Image gray) {
        int area = gray.levels.length;
        byte[] levels = new byte[3 * area];
        for (int c = 0; c < 3; c++) {
            System.arraycopy(gray.levels, 0, levels, c * area, area);
        }
        return new Image(gray.width, gray.height, 3, levels);
    }

    private static Image luma(Image rgb) {
        byte[] levels = new byte[rgb.width * rgb.height];
        for (int i = 0; i < levels.length; i++) {
            int red = rgb.levels[i] & 0xff;
            int green = rgb.levels[levels.length + i] & 0xff;
            int blue = rgb.levels[2 * levels.length + i] & 0xff;
            levels[i] = (byte) ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
        }
        return new Image(rgb.width, rgb.height, 1, levels);
    }
}
