package org.dualanodiff.pipeline.dataset;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Objects;
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
            var directories = ImageMetadataReader.readMetadata(new ByteArrayInputStream(file), file.length)
                    .getDirectoriesOfType(ExifIFD0Directory.class);
            return StreamSupport.stream(directories.spliterator(), false)
                    .map(directory -> directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .map(ExifOrientation::ofTag)
                    .orElse(NORMAL);
        } catch (ImageProcessingException | IOException | RuntimeException e) {
            // Metadata are a side matter: whether the picture itself is whole, the decoder finds out.
            return NORMAL;
        }
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
