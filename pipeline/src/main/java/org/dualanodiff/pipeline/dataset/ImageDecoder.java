package org.dualanodiff.pipeline.dataset;

import com.drew.imaging.FileType;
import com.drew.imaging.FileTypeDetector;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.plugins.tiff.BigTIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageMetadata;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReader;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.dualanodiff.pipeline.dataset.EightBitPixels.CmykJpeg;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Image files (PNG, JPEG, BMP, TIFF, GIF, WebP; the content decides, not the name) to upright 8-bit pictures.
 *
 * <p>Levels are those stored in the file: no gamma or ICC conversion. Palettes are expanded, alpha is dropped and not
 * blended (what Pillow's {@code convert("RGB")} does), of deeper levels the highest eight of the bits in use are taken,
 * CMYK becomes RGB as in Pillow, and the Exif orientation is applied. Of a file with several pictures the first is read.
 */
public final class ImageDecoder {
    /** The largest picture that is decoded; a small file can claim a size that would fill the memory. */
    public static final long MAX_PIXELS = 100_000_000L;

    /** Pixels of the pictures that all threads together may have in decoding, in units of {@value #ROOM_UNIT}. */
    private static final int ROOM_UNIT = 1_000_000;

    private static final Semaphore ROOM = new Semaphore((int) (MAX_PIXELS / ROOM_UNIT) + 1);

    /** The field NewSubfileType of a picture in a TIFF file, and its one bit that a whole picture may have. */
    private static final int SUBFILE_TYPE = 254;

    private static final int PAGE_OF_SEVERAL = 2;

    private static final Logger LOG = LoggerFactory.getLogger(ImageDecoder.class);

    /** Bits of a sample that is deeper than 8 bits. */
    static final int FULL_DEPTH = 16;

    /** By name, for these are not always where {@link ImageIO} looks: Spark loads the jar in a loader of its own. */
    private static final List<ImageReaderSpi> READERS =
            List.of(new TIFFImageReaderSpi(), new BigTIFFImageReaderSpi(), new WebPImageReaderSpi());

    /** Of the names of files that count as images where a folder is looked through, in any case of letters. */
    public static final List<String> ENDINGS = List.of("png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp");

    private static final Set<String> OTHER_ENDINGS = Set.of(
            "heic", "heif", "avif", "jfif", "jpe", "jp2", "jxl", "gif", "pgm", "ppm", "pnm", "raw", "dng", "psd");

    private static final Set<String> FORMATS = Set.of("png", "jpeg", "bmp", "gif");
    // The JPEG reader fills what is missing with grey and only warns about it.
    private static final Pattern DAMAGE =
            Pattern.compile("premature|truncated|corrupt|missing|bad huffman", Pattern.CASE_INSENSITIVE);

    private ImageDecoder() {}

    /** Whether a file counts as an image by its name, where a folder is looked through. */
    public static boolean isNamedAsImage(String file) {
        return ENDINGS.contains(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    /** Whether a file is a picture by its name that this product does not read; it is named where it lies among images. */
    static boolean isNamedAsOtherPicture(String file) {
        return OTHER_ENDINGS.contains(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    /**
     * Decodes a photograph.
     *
     * @return a picture of {@link BufferedImage#TYPE_3BYTE_BGR}, whatever the file's own color model
     * @throws UnreadableImageException where the bytes are no whole picture, or one of an unsupported kind or size
     */
    public static BufferedImage image(byte[] file) throws UnreadableImageException {
        return image(file, FULL_DEPTH);
    }

    /**
     * Decodes a photograph of whose samples, where they are deeper than 8 bits, only the lower ones are in use.
     *
     * @param bits in use, 8..16
     * @return as {@link #image(byte[])}
     * @throws UnreadableImageException as {@link #image(byte[])}
     */
    public static BufferedImage image(byte[] file, int bits) throws UnreadableImageException {
        return decode(
                        file,
                        (image, orientation, reader) ->
                                EightBitPixels.of(image, bits).upright(orientation))
                .toRgbImage();
    }

    /**
     * Decodes a mask. What is not black is none of it after decoding either, however deep the samples are and whatever
     * the color.
     *
     * @return a picture of {@link BufferedImage#TYPE_BYTE_GRAY}; read its raster, for {@code getRGB} changes the levels
     * @throws UnreadableImageException where the bytes are no whole picture, or one of an unsupported kind or size, or several
     */
    public static BufferedImage mask(byte[] file) throws UnreadableImageException {
        return decode(file, (image, orientation, reader) -> {
                    int pages = pages(reader);
                    if (pages > 1) {
                        throw new UnreadableImageException(
                                "the file has %d pictures of this size, and a mask is one; join them".formatted(pages));
                    }
                    return EightBitPixels.ofMask(image).upright(orientation);
                })
                .toGreyImage();
    }

    /** Whether the file's format changes levels. */
    static boolean isLossy(byte[] file) {
        return file.length > 15
                && (file[0] == (byte) 0xFF || new String(file, 12, 4, StandardCharsets.US_ASCII).equals("VP8 "));
    }

    /**
     * What a photograph is, without its pixels.
     *
     * @param width of the upright picture
     * @param height of the upright picture
     * @param deepest the highest of its samples if they have more than 8 bits, else 0
     */
    public record Look(int width, int height, int deepest) {}

    /**
     * Decodes a photograph to see that it can be, without the memory and the time that its levels take.
     *
     * @throws UnreadableImageException as {@link #image(byte[])}
     */
    public static Look look(byte[] file) throws UnreadableImageException {
        return decode(file, (image, orientation, reader) -> {
            EightBitPixels.checkSupported(image.getColorModel());
            int deepest = EightBitPixels.deepest(image);
            return orientation.swapsSides()
                    ? new Look(image.getHeight(), image.getWidth(), deepest)
                    : new Look(image.getWidth(), image.getHeight(), deepest);
        });
    }

    private static <T> T decode(byte[] file, Use<T> use) throws UnreadableImageException {
        if (file.length == 0) {
            throw new UnreadableImageException("the file is empty (0 bytes)");
        }
        // Given back only here: until it returns, read has the reader, and the reader has the picture.
        Room room = new Room();
        try (room;
                DecodingBudget stream = new DecodingBudget(file)) {
            return read(file, stream, use, room);
        } catch (UnreadableImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The platform's readers also answer damaged bytes with index and argument exceptions.
            throw new UnreadableImageException("cannot be decoded: " + messageOf(e), e);
        }
    }

    private static <T> T read(byte[] file, DecodingBudget stream, Use<T> use, Room room) throws IOException {
        ImageReader reader = readerFor(file, stream);
        try {
            reader.setInput(stream, !(reader instanceof TIFFImageReader), true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            checkSize(width, height);
            checkSize(reader.getTileWidth(0), reader.getTileHeight(0));
            room.take(width, height);
            stream.allow((long) width * height);
            return use.of(read(file, reader), ExifOrientation.of(file), reader);
        } finally {
            reader.dispose();
        }
    }

    /** Whole pictures in a TIFF file that are as large as the first; the others are previews of it, and masks of what is valid. */
    private static int pages(ImageReader reader) {
        int pages = 1;
        try {
            for (int i = 1; reader instanceof TIFFImageReader && i < reader.getNumImages(true); i++) {
                boolean same = reader.getWidth(i) == reader.getWidth(0) && reader.getHeight(i) == reader.getHeight(0);
                Entry kind = ((TIFFImageMetadata) reader.getImageMetadata(i)).getTIFFField(SUBFILE_TYPE);
                boolean whole = kind == null || (((Number) kind.getValue()).intValue() & ~PAGE_OF_SEVERAL) == 0;
                pages += same && whole ? 1 : 0;
            }
        } catch (IOException | RuntimeException e) {
            // What comes after a sound picture and is none is not missed.
            LOG.debug("pages of a TIFF file", e);
        }
        return pages;
    }

    private static BufferedImage read(byte[] file, ImageReader reader) throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        Optional<CmykJpeg> cmyk = CmykJpeg.of(file);
        BufferedImage image = cmyk.isPresent() ? cmyk.get().toRgb(reader.readRaster(0, null)) : reader.read(0);
        checkWhole(warnings);
        return image;
    }

    /** What is made of a decoded picture, as it is stored; the reader knows the rest of its file. */
    private interface Use<T> {
        T of(BufferedImage stored, ExifOrientation orientation, ImageReader reader) throws IOException;
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

    private static ImageReader readerFor(byte[] file, ImageInputStream stream) throws IOException {
        for (ImageReaderSpi reader : READERS) {
            if (reader.canDecodeInput(stream)) {
                return reader.createReaderInstance();
            }
        }
        Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            if (isKnown(reader)) {
                return reader;
            }
        }
        throw new UnreadableImageException("the content is not PNG, JPEG, BMP, TIFF, GIF or WebP" + nameOf(file));
    }

    /** The end of a message: what the file is instead, where that can be told. */
    private static String nameOf(byte[] file) throws IOException {
        String beginning = new String(file, 0, Math.min(file.length, 64), StandardCharsets.ISO_8859_1);
        if (beginning.startsWith("version https://git-lfs")) {
            return ", but a pointer of Git LFS; fetch the file itself (git lfs pull)";
        } else if (beginning.stripLeading().startsWith("<")) {
            return ", but a page of the web or XML; fetch the picture itself";
        }
        FileType type = FileTypeDetector.detectFileType(new ByteArrayInputStream(file));
        return type == FileType.Unknown ? "" : ", but %s; convert it to PNG".formatted(type.getLongName());
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
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** Bytes that are no picture this product can decode; the message is the reason. */
    public static final class UnreadableImageException extends IOException {
        private static final long serialVersionUID = 1L;

        public UnreadableImageException(String reason) {
            super(reason);
        }

        public UnreadableImageException(String reason, Throwable cause) {
            super(reason, cause);
        }
    }

    /**
     * A picture's bytes for as long as its decoding may take: a small file can be made so that it takes hours. It may take what
     * its bytes and its pixels are worth, about ten times what sound pictures need. What counts is the thread's processor time;
     * by the clock, they would be refused on a machine that has other work.
     */
    static final class DecodingBudget extends MemoryCacheImageInputStream {
        private static final long START = Duration.ofSeconds(2).toNanos();
        private static final long A_BYTE = 1_000;
        private static final long A_PIXEL = 200;

        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

        /** The processor time is looked at once in so much time by the clock: that costs more than reading a byte. */
        private static final long LOOK_AGAIN = Duration.ofMillis(20).toNanos();

        private final long begin = THREADS.getCurrentThreadCpuTime();
        private long allowed;
        private long nextLook = System.nanoTime() + LOOK_AGAIN;

        /** Of the calling thread, which is to decode. */
        DecodingBudget(byte[] file) {
            super(new ByteArrayInputStream(file));
            allowed = START + A_BYTE * file.length;
        }

        /** Adds what so many pixels are worth. */
        void allow(long pixels) {
            allowed += A_PIXEL * pixels;
        }

        @Override
        public int read() throws IOException {
            check();
            return super.read();
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            check();
            return super.read(into, from, length);
        }

        private void check() throws UnreadableImageException {
            long now = System.nanoTime();
            if (now < nextLook) {
                return;
            }
            nextLook = now + LOOK_AGAIN;
            if (THREADS.getCurrentThreadCpuTime() - begin > allowed) {
                throw new UnreadableImageException(
                        "decoding took more than %.1f s of processor time, far more than its size is worth; save it again"
                                .formatted(allowed / 1e9));
            }
        }
    }
}
