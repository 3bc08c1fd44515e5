package org.dualanodiff.pipeline.dataset;

import java.awt.Dimension;
import java.awt.image.BufferedImage;
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
        return decode(file, (image, orientation) -> EightBitPixels.of(image).upright(orientation));
    }

    /**
     * Decodes a photograph to see that it can be, without the memory and the time that its levels take.
     *
     * @return the upright picture's width and height
     * @throws UnreadableImageException as {@link #image}
     */
    public static Dimension size(byte[] file) throws UnreadableImageException {
        return decode(file, (image, orientation) -> {
            EightBitPixels.checkSupported(image.getColorModel());
            return orientation.swapsSides()
                    ? new Dimension(image.getHeight(), image.getWidth())
                    : new Dimension(image.getWidth(), image.getHeight());
        });
    }

    private static <T> T decode(byte[] file, Use<T> use) throws UnreadableImageException {
        if (file.length == 0) {
            throw new UnreadableImageException("the file is empty (0 bytes)");
        }
        // Given back only here: until it returns, read has the reader, and the reader has the picture.
        Room room = new Room();
        try (room;
                ImageInputStream stream = new DecodingBudget(file)) {
            return read(stream, ExifOrientation.of(file), use, room);
        } catch (UnreadableImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The platform's readers also answer damaged bytes with index and argument exceptions.
            throw new UnreadableImageException("cannot be decoded: " + messageOf(e), e);
        }
    }

    private static <T> T read(ImageInputStream stream, ExifOrientation orientation, Use<T> use, Room room)
            throws IOException {
        ImageReader reader = readerFor(stream);
        try {
            reader.setInput(stream, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            checkSize(width, height);
            checkSize(reader.getTileWidth(0), reader.getTileHeight(0));
            room.take(width, height);
            return use.of(read(reader), orientation);
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

    /** What is made of a decoded picture, as it is stored. */
    private interface Use<T> {
        T of(BufferedImage stored, ExifOrientation orientation) throws UnreadableImageException;
    }

    /** Memory for one picture: at 16 bits and four channels it takes 8 bytes a pixel while it is decoded. */
    private static final class Room implements AutoCloseable {
        private int share;

        /** Waits until there is so much. */
        void take(int width, int height) {
            int wanted = (int) ((long) width * height / ROOM_UNIT) + 1;
            ROOM.acquireUninterruptibly(wanted);
            share = wanted;
        }

        @Override
        public void close() {
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
