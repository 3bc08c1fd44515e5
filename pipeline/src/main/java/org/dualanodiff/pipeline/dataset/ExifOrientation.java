package org.dualanodiff.pipeline.dataset;

import com.drew.imaging.FileTypeDetector;
import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.png.PngChunk;
import com.drew.imaging.png.PngChunkReader;
import com.drew.imaging.png.PngChunkType;
import com.drew.imaging.webp.WebpMetadataReader;
import com.drew.lang.ByteArrayReader;
import com.drew.lang.StreamReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import com.twelvemonkeys.imageio.metadata.CompoundDirectory;
import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * How a camera was held: the Exif tag Orientation (CIPA DC-008, tag 0x0112), which says where the stored first row and
 * first column are in the scene. Each constant maps a pixel of the upright picture to the stored one.
 */
enum ExifOrientation {
    NORMAL,
    MIRRORED,
    UPSIDE_DOWN,
    FLIPPED,
    TRANSPOSED,
    TURN_RIGHT,
    TRANSVERSED,
    TURN_LEFT;

    /** The orientation an image file states; {@link #NORMAL} where it states none or its metadata are damaged. */
    static ExifOrientation of(byte[] file) {
        try {
            return isTiff(file) ? ofTiff(file) : of(metadata(file));
        } catch (ImageProcessingException | IOException | RuntimeException e) {
            // Metadata are a side matter: whether the picture itself is whole, the decoder finds out.
            return NORMAL;
        }
    }

    private static boolean isTiff(byte[] file) {
        return file.length > 4 && (file[0] == 'I' && file[1] == 'I' || file[0] == 'M' && file[1] == 'M');
    }

    /** Of the first picture, also in BigTIFF, by the reader that decodes it. */
    private static ExifOrientation ofTiff(byte[] file) throws IOException {
        Directory all = new TIFFReader().read(new ByteArrayImageInputStream(file));
        Directory first = all instanceof CompoundDirectory several ? several.getDirectory(0) : all;
        Entry orientation = first.getEntryById(ExifIFD0Directory.TAG_ORIENTATION);
        return orientation != null && orientation.getValue() instanceof Number tag ? ofTag(tag.intValue()) : NORMAL;
    }

    private static ExifOrientation of(Metadata metadata) {
        var directories = metadata.getDirectoriesOfType(ExifIFD0Directory.class);
        return StreamSupport.stream(directories.spliterator(), false)
                .map(directory -> directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION))
                .filter(Objects::nonNull)
                .findFirst()
                .map(ExifOrientation::ofTag)
                .orElse(NORMAL);
    }

    /**
     * Only what may hold the orientation is read: other parts of a PNG are compressed, and a few bytes may stand for
     * gigabytes.
     */
    private static Metadata metadata(byte[] file) throws ImageProcessingException, IOException {
        return switch (FileTypeDetector.detectFileType(new ByteArrayInputStream(file))) {
            case Jpeg -> JpegMetadataReader.readMetadata(new ByteArrayInputStream(file), List.of(new ExifReader()));
            case WebP -> WebpMetadataReader.readMetadata(new ByteArrayInputStream(file));
            case Png -> ofPng(file);
            default -> new Metadata();
        };
    }

    private static Metadata ofPng(byte[] file) throws ImageProcessingException, IOException {
        Metadata metadata = new Metadata();
        var bytes = new StreamReader(new ByteArrayInputStream(file));
        for (PngChunk chunk : new PngChunkReader().extract(bytes, Set.of(PngChunkType.eXIf))) {
            new ExifReader().extract(new ByteArrayReader(chunk.getBytes()), metadata);
        }
        return metadata;
    }

    private static ExifOrientation ofTag(int tag) {
        return tag >= 1 && tag <= values().length ? values()[tag - 1] : NORMAL;
    }

    /** Whether width and height change places. */
    boolean swapsSides() {
        return ordinal() >= TRANSPOSED.ordinal();
    }

    /** Index, in a stored picture of {@code width x height}, of the pixel that is upright at {@code (x, y)}. */
    int storedIndex(int x, int y, int width, int height) {
        return switch (this) {
            case NORMAL -> y * width + x;
            case MIRRORED -> y * width + (width - 1 - x);
            case UPSIDE_DOWN -> (height - 1 - y) * width + (width - 1 - x);
            case FLIPPED -> (height - 1 - y) * width + x;
            case TRANSPOSED -> x * width + y;
            case TURN_RIGHT -> (height - 1 - x) * width + y;
            case TRANSVERSED -> (height - 1 - x) * width + (width - 1 - y);
            case TURN_LEFT -> x * width + (width - 1 - y);
        };
    }
}
