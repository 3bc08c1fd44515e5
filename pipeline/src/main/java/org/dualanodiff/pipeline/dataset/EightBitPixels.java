package org.dualanodiff.pipeline.dataset;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;
import java.util.Optional;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;

/**
 * Stored levels of a picture at 8 bits, row by row: grey (1 channel) or red, green, blue (3 channels); alpha is
 * dropped. They are taken from the raster and not through {@link BufferedImage#getRGB}, which converts grey levels
 * from linear light to sRGB and so brightens them.
 *
 * @param levels {@code height * width * channels} bytes
 */
record EightBitPixels(int width, int height, int channels, byte[] levels) {

    /**
     * Levels of at most 8 bits are spread over 0..255; of deeper ones the highest eight of the bits in use are taken: of 16
     * bits the high byte, as Pillow does with 16-bit colour. A level that needs more bits becomes 255.
     *
     * @param bits of deeper levels in use, 8..16
     * @throws UnreadableImageException for signed, 32-bit or floating-point samples
     */
    static EightBitPixels of(BufferedImage image, int bits) throws UnreadableImageException {
        ColorModel model = image.getColorModel();
        if (model instanceof IndexColorModel palette) {
            return ofPalette(image.getRaster(), palette);
        }
        checkSupported(model);
        if (image.isAlphaPremultiplied()) {
            image.coerceData(false);
        }
        return ofSamples(image.getRaster(), model, bits);
    }

    /**
     * As {@link #of}, but of samples of more than 8 bits the highest of a pixel counts, they are taken as they are where none is
     * above 255, numbers of any kind are read, and nothing but black gets level 0. Where all of the picture has one color, what
     * is drawn is its alpha.
     *
     * @throws UnreadableImageException as {@link #of}
     */
    static EightBitPixels ofMask(BufferedImage image) throws UnreadableImageException {
        ColorModel model = image.getColorModel();
        if (model instanceof IndexColorModel) {
            return of(image, ImageDecoder.FULL_DEPTH);
        }
        Raster raster = image.getRaster();
        int colors = model.getNumColorComponents();
        if (model.hasAlpha() && !varies(raster, 0, colors) && varies(raster, colors, colors + 1)) {
            return ofNumbers(raster, colors, colors + 1);
        }
        boolean deep = model.getComponentSize(0) > Byte.SIZE && (colors == 1 || colors == 3);
        return deep ? ofNumbers(raster, 0, colors) : of(image, ImageDecoder.FULL_DEPTH);
    }

    /** Whether any of these bands has two levels. */
    private static boolean varies(Raster raster, int from, int to) {
        for (int band = from; band < to; band++) {
            double first = row(raster, 0, band)[0];
            for (int y = 0; y < raster.getHeight(); y++) {
                for (double number : row(raster, y, band)) {
                    if (number != first) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static EightBitPixels ofNumbers(Raster raster, int from, int to) {
        int width = raster.getWidth();
        double highest = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            for (double number : brightest(raster, y, from, to)) {
                highest = Math.max(highest, number);
            }
        }
        // Fractions of 1; numbers of classes; or levels of 16 bits, of which the high byte is taken.
        double scale = highest <= 1 ? 255 : highest <= 255 ? 1 : 1.0 / 256;
        byte[] levels = new byte[width * raster.getHeight()];
        for (int y = 0; y < raster.getHeight(); y++) {
            double[] row = brightest(raster, y, from, to);
            for (int x = 0; x < width; x++) {
                levels[y * width + x] = row[x] > 0 ? (byte) Math.min(255, Math.max(1, (int) (row[x] * scale))) : 0;
            }
        }
        return new EightBitPixels(width, raster.getHeight(), 1, levels);
    }

    private static double[] brightest(Raster raster, int y, int from, int to) {
        double[] brightest = row(raster, y, from);
        for (int band = from + 1; band < to; band++) {
            double[] row = row(raster, y, band);
            Arrays.setAll(brightest, x -> Math.max(brightest[x], row[x]));
        }
        return brightest;
    }

    private static double[] row(Raster raster, int y, int band) {
        return raster.getSamples(
                raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, band, new double[raster.getWidth()]);
    }

    /** The highest sample of a picture whose samples have more than 8 bits, else 0. */
    static int deepest(BufferedImage image) {
        int deepest = 0;
        ColorModel model = image.getColorModel();
        if (model instanceof IndexColorModel || model.getComponentSize(0) <= Byte.SIZE) {
            return deepest;
        }
        int[] row = new int[image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            for (int c = 0; c < model.getNumColorComponents(); c++) {
                image.getRaster().getSamples(image.getMinX(), image.getMinY() + y, row.length, 1, c, row);
                for (int level : row) {
                    deepest = Math.max(deepest, level);
                }
            }
        }
        return deepest;
    }

    /** @throws UnreadableImageException as {@link #of} */
    static void checkSupported(ColorModel model) throws UnreadableImageException {
        if (model instanceof IndexColorModel) {
            return;
        }
        int colors = model.getNumColorComponents();
        if (model.getColorSpace().getType() == ColorSpace.TYPE_CMYK || colors != 1 && colors != 3) {
            throw new UnreadableImageException(colors + " color channels (CMYK?); convert the file to RGB or grey");
        }
        int type = model.getTransferType();
        boolean packed = type == DataBuffer.TYPE_INT && model.getComponentSize(0) <= 8;
        if (type == DataBuffer.TYPE_FLOAT || type == DataBuffer.TYPE_DOUBLE) {
            throw new UnreadableImageException(
                    "floating-point samples (%d bits), whose black and white nobody can tell; convert to 8 or 16 bit"
                            .formatted(model.getComponentSize(0)));
        } else if (type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT && !packed) {
            throw new UnreadableImageException("signed or 32-bit samples; convert to 8 or 16 bit");
        }
    }

    private static EightBitPixels ofPalette(Raster raster, IndexColorModel palette) {
        int width = raster.getWidth();
        byte[] levels = new byte[width * raster.getHeight() * 3];
        int[] row = new int[width];
        int at = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
            for (int index : row) {
                levels[at++] = (byte) palette.getRed(index);
                levels[at++] = (byte) palette.getGreen(index);
                levels[at++] = (byte) palette.getBlue(index);
            }
        }
        return new EightBitPixels(width, raster.getHeight(), 3, levels);
    }

    private static EightBitPixels ofSamples(Raster raster, ColorModel model, int bits) {
        int width = raster.getWidth();
        int channels = model.getNumColorComponents();
        byte[] levels = new byte[width * raster.getHeight() * channels];
        int[] row = new int[width];
        for (int y = 0; y < raster.getHeight(); y++) {
            for (int c = 0; c < channels; c++) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, c, row);
                int stored = model.getComponentSize(c);
                for (int x = 0; x < width; x++) {
                    levels[(y * width + x) * channels + c] = (byte) toEightBits(row[x], Math.min(stored, bits), stored);
                }
            }
        }
        return new EightBitPixels(width, raster.getHeight(), channels, levels);
    }

    private static int toEightBits(int level, int bits, int stored) {
        int full = (1 << stored) - 1;
        return stored >= 8 ? Math.min(255, level >> (bits - 8)) : (level * 255 + full / 2) / full;
    }

    EightBitPixels upright(ExifOrientation orientation) {
        if (orientation == ExifOrientation.NORMAL) {
            return this;
        }
        int uprightWidth = orientation.swapsSides() ? height : width;
        int uprightHeight = orientation.swapsSides() ? width : height;
        byte[] turned = new byte[levels.length];
        for (int y = 0; y < uprightHeight; y++) {
            for (int x = 0; x < uprightWidth; x++) {
                int from = orientation.storedIndex(x, y, width, height) * channels;
                System.arraycopy(levels, from, turned, (y * uprightWidth + x) * channels, channels);
            }
        }
        return new EightBitPixels(uprightWidth, uprightHeight, channels, turned);
    }

    /** As {@link BufferedImage#TYPE_3BYTE_BGR}; a grey level becomes three equal ones. */
    BufferedImage toRgbImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        int blue = channels - 1;
        int green = channels / 2;
        for (int pixel = 0; pixel < width * height; pixel++) {
            bgr[pixel * 3] = levels[pixel * channels + blue];
            bgr[pixel * 3 + 1] = levels[pixel * channels + green];
            bgr[pixel * 3 + 2] = levels[pixel * channels];
        }
        return image;
    }

    /** As {@link BufferedImage#TYPE_BYTE_GRAY}; colour becomes ITU-R BT.601 luma, rounded as Pillow's mode L, but 0 is black alone. */
    BufferedImage toGreyImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        byte[] grey = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        for (int pixel = 0; pixel < grey.length; pixel++) {
            grey[pixel] = channels == 1 ? levels[pixel] : luma(pixel * 3);
        }
        return image;
    }

    private byte luma(int at) {
        int red = levels[at] & 0xFF;
        int green = levels[at + 1] & 0xFF;
        int blue = levels[at + 2] & 0xFF;
        int luma = red * 19595 + green * 38470 + blue * 7471 + 0x8000 >> 16;
        return (byte) (luma == 0 && (red | green | blue) != 0 ? 1 : luma);
    }

    /**
     * A JPEG of four channels, as print software writes them: the platform's reader gives its samples as they are stored.
     * Adobe stores them inverted, and Pillow takes all of them for such; so does this.
     *
     * @param ycck whether the first three channels are luma and chroma of the colors (Adobe's marker, transform 2)
     */
    record CmykJpeg(boolean ycck) {
        private static final int START_OF_SCAN = 0xDA;
        private static final int ADOBE = 0xEE;
        private static final int ADOBE_LENGTH = 14;
        private static final int YCCK = 2;

        /** Empty for files of any other kind. */
        static Optional<CmykJpeg> of(byte[] file) {
            boolean jpeg = file.length > 4 && (file[0] & 0xFF) == 0xFF && (file[1] & 0xFF) == 0xD8;
            boolean ycck = false;
            for (int at = 2; jpeg && at + 9 < file.length && (file[at] & 0xFF) == 0xFF; ) {
                int marker = file[at + 1] & 0xFF;
                int length = (file[at + 2] & 0xFF) << 8 | file[at + 3] & 0xFF;
                if (marker == ADOBE && length >= ADOBE_LENGTH && at + 15 < file.length) {
                    ycck = file[at + 15] == YCCK;
                } else if (isFrame(marker)) {
                    // The marker of the frame may stand before Adobe's, but no writer does so.
                    return file[at + 9] == 4 ? Optional.of(new CmykJpeg(ycck)) : Optional.empty();
                } else if (marker == START_OF_SCAN) {
                    return Optional.empty();
                }
                at += marker == 0xFF ? 1 : 2 + length;
            }
            return Optional.empty();
        }

        /** SOF0 to SOF15, without the tables among them. */
        private static boolean isFrame(int marker) {
            return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        }

        /** @param stored the samples of the file, four channels */
        BufferedImage toRgb(Raster stored) {
            BufferedImage image =
                    new BufferedImage(stored.getWidth(), stored.getHeight(), BufferedImage.TYPE_3BYTE_BGR);
            byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
            int[] row = new int[4 * stored.getWidth()];
            for (int y = 0, at = 0; y < stored.getHeight(); y++) {
                stored.getPixels(stored.getMinX(), stored.getMinY() + y, stored.getWidth(), 1, row);
                for (int x = 0; x < row.length; x += 4, at += 3) {
                    int[] inks = ycck
                            ? inks(row[x], row[x + 1] - 128, row[x + 2] - 128)
                            : new int[] {row[x], row[x + 1], row[x + 2]};
                    for (int c = 0; c < 3; c++) {
                        bgr[at + 2 - c] = (byte) ((inks[c] * row[x + 3] + 127) / 255);
                    }
                }
            }
            return image;
        }

        /** As libjpeg converts YCCK to CMYK; the coefficients are those of JFIF. */
        private static int[] inks(int y, int cb, int cr) {
            return new int[] {
                255 - level(y + 1.402 * cr), 255 - level(y - 0.344136 * cb - 0.714136 * cr), 255 - level(y + 1.772 * cb)
            };
        }

        private static int level(double value) {
            return (int) Math.max(0, Math.min(255, Math.round(value)));
        }
    }
}
