package org.dualanodiff.model.detector;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.image.TrainingTransform;
import org.dualanodiff.model.mask.Mask;

/**
 * A picture and its defect at the size that a detector works at, in 8 bits so that thousands fit into memory. Networks take
 * levels as {@code (g/255 - 0.5) / 0.25}.
 *
 * @param image grey or color
 * @param mask of the same size
 */
public record DetectorPair(Image image, Mask mask) {

    private static final float CENTER = 0.5f;
    private static final float DEVIATION = 0.25f;

    public DetectorPair {
        if (image.width() != mask.width() || image.height() != mask.height()) {
            throw new IllegalArgumentException("Image and mask must agree: image %d x %d, mask %d x %d"
                    .formatted(image.width(), image.height(), mask.width(), mask.height()));
        }
    }

    /**
     * A defect image of any size with its mask: the image by a straight antialiased resize to a square, the mask
     * thresholded at full size, then the nearest pixel of each place's center.
     *
     * @param channels 1 for grey, 3 for color
     */
    public static DetectorPair of(BufferedImage image, BufferedImage mask, int size, int channels) {
        return new DetectorPair(resized(image, size, channels), nearest(Mask.of(mask), size));
    }

    /**
     * The views of a photograph that an adapter is trained on and that hold some of the defect: squares in color, several if
     * it is not square, none if the defect is lost at this size.
     *
     * @param side of the views, in pixels
     */
    public static List<DetectorPair> views(BufferedImage photograph, BufferedImage mask, int side) {
        return new TrainingTransform(side)
                .windows(photograph, mask, Optional.empty(), Flip.NONE).stream()
                        .map(view -> new DetectorPair(
                                Image.ofSigned(view.image(), side, side),
                                Mask.where(side, side, i -> view.mask()[i] != 0)))
                        .filter(DetectorPair::hasDefect)
                        .toList();
    }

    /** A defect-free image of any size. */
    public static DetectorPair normal(BufferedImage image, int size, int channels) {
        return new DetectorPair(resized(image, size, channels), new Mask(size, size, new boolean[size * size]));
    }

    private static Image resized(BufferedImage image, int size, int channels) {
        return PilResize.resize(channels == 1 ? Image.gray(image) : Image.rgb(image), size, size);
    }

    private static Mask nearest(Mask mask, int size) {
        return Mask.where(size, size, i -> {
            int row = (int) ((i / size + 0.5) * mask.height() / size);
            int column = (int) ((i % size + 0.5) * mask.width() / size);
            return mask.set()[row * mask.width() + column];
        });
    }

    /** Whether any pixel is defect; small defects can vanish when an image is made smaller. */
    public boolean hasDefect() {
        return !mask.isEmpty();
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

    /** Image and mask mirrored alike. */
    public DetectorPair flip(Flip flip) {
        return new DetectorPair(image.flip(flip), mask.flip(flip));
    }
}
