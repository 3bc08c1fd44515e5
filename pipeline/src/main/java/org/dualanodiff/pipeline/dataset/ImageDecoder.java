package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Image files (PNG, JPEG, BMP, TIFF, GIF; the content decides, not the name) to upright 8-bit pictures.
 *
 * <p>Levels are those stored in the file: no gamma or ICC conversion. Palettes are expanded, alpha is dropped and not
 * blended (what Pillow's {@code convert("RGB")} does), deeper levels are cut to their high byte, and the Exif
 * orientation is applied. Of a file with several pictures the first is read.
 */
public final class ImageDecoder {
    /** The largest picture that is decoded; a small file can claim a size that would fill the memory. */
    public static final long MAX_PIXELS = 100_000_000L;

    /** Pixels of the pictures that all threads together may have in decoding, in units of {@value #ROOM_UNIT}. */
    private static final int ROOM_UNIT = 1_000_000;

    private static final Semaphore ROOM = new Semaphore((int) (MAX_PIXELS / ROOM_UNIT) + 1);

    private static final Set<String> FORMATS = Set.of("png", "jpeg", "bmp", "tiff", "gif");
    // The JPEG reader fills what is missing with grey and only warns about it.
    private static final Pattern DAMAGE =
            Pattern.compile("premature|truncated|corrupt|missing|bad huffman", Pattern.CASE_INSENSITIVE);

    private ImageDecoder() {}

    /**
     * Decodes a photograph.
     *
     * @return a picture of {@link BufferedImage#TYPE_3BYTE_BGR}, whatever the file's own color model
     * @throws UnreadableImageException where the bytes are no whole picture, or one of an unsupported kind or size
     */
    public static BufferedImage image(byte[] file) throws UnreadableImageException {
        return decode(file).toRgbImage();
    }

    /**
     * Decodes a mask.
     *
     * @return a picture of {@link BufferedImage#TYPE_BYTE_GRAY}; read its raster, for {@code getRGB} changes the levels
     * @throws UnreadableImageException where the bytes are no whole picture, or one of an unsupported kind or size
     */
    public static BufferedImage mask(byte[] file) throws UnreadableImageException {
        return decode(file).toGreyImage();
    }

    static EightBitPixels decode(byte[] file) throws UnreadableImageException {
        if (file.length == 0) {
            throw new UnreadableImageException("the file is empty (0 bytes)");
        }
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            return read(stream, ExifOrientation.of(file));
        } catch (UnreadableImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The platform's readers also answer damaged bytes with index and argument exceptions.
            throw new UnreadableImageException("cannot be decoded: " + messageOf(e), e);
        }
    }

    private static EightBitPixels read(ImageInputStream stream, ExifOrientation orientation) throws IOException {
        ImageReader reader = readerFor(stream);
        try {
            reader.setInput(stream, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            checkSize(width, height);
            checkSize(reader.getTileWidth(0), reader.getTileHeight(0));
            return reading(width, height, () -> EightBitPixels.of(read(reader)).upright(orientation));
        } finally {
            reader.dispose();
        }
    }

    private static BufferedImage read(ImageReader reader) throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        BufferedImage image = reader.read(0);
        checkWhole(warnings);
        return image;
    }

    private interface Reading {
        EightBitPixels run() throws IOException;
    }

    /** Waits until there is room: a picture of 16 bits and four channels takes 8 bytes a pixel while it is decoded. */
    private static EightBitPixels reading(int width, int height, Reading reading) throws IOException {
        int share = (int) ((long) width * height / ROOM_UNIT) + 1;
        ROOM.acquireUninterruptibly(share);
        try {
            return reading.run();
        } finally {
            ROOM.release(share);
        }
    }

    private static ImageReader readerFor(ImageInputStream stream) throws UnreadableImageException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            if (isKnown(reader)) {
                return reader;
            }
        }
        throw new UnreadableImageException("the content is not PNG, JPEG, BMP, TIFF or GIF");
    }

    private static boolean isKnown(ImageReader reader) {
        return Arrays.stream(reader.getOriginatingProvider().getFormatNames())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(FORMATS::contains);
    }

    private static void checkSize(int width, int height) throws UnreadableImageException {
        if (width < 1 || height < 1) {
            throw new UnreadableImageException("%d x %d pixels".formatted(width, height));
        } else if ((long) width * height > MAX_PIXELS) {
            throw new UnreadableImageException("%d x %d pixels, more than the %d that are decoded; scale it down"
                    .formatted(width, height, MAX_PIXELS));
        }
    }

    private static void checkWhole(List<String> warnings) throws UnreadableImageException {
        for (String warning : warnings) {
            if (DAMAGE.matcher(warning).find()) {
                throw new UnreadableImageException("the file is cut off or damaged: " + warning);
            }
        }
    }

    private static String messageOf(Exception e) {
        if ("Unsupported Image Type".equals(e.getMessage())) {
            return "a JPEG that is neither grey nor RGB (CMYK?); convert it to RGB";
        }
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
