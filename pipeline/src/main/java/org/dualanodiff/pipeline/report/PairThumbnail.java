package org.dualanodiff.pipeline.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.samples.GeneratedSample.Pictures;

/**
 * One pair, small: image, anomaly part, mask, and the mask's outline on the image. Four pictures of one size.
 *
 * <p>Whole pictures can be thrown away once it is made, so a page of many pairs does not hold their pixels.
 *
 * @param caption one line; may be empty
 * @param image RGB
 * @param anomaly RGB: the defect alone on its ground; of a real pair on mid-grey
 * @param mask grey
 * @param overlay RGB
 */
public record PairThumbnail(String caption, Image image, Image anomaly, Image mask, Image overlay) {

    /** A pink that neither metal, wood nor cloth has. */
    private static final int[] COLOR = {255, 0, 110};

    private static final double TINT = 0.18;

    /** What the four cells show, in their order. */
    public static final List<String> CELLS = List.of("image", "anomaly part", "mask", "overlay");

    /**
     * A generated pair.
     *
     * @param anomaly as the model made it
     * @param mask of the image's size, bright on the defect
     * @param side pixels of the longer side of a cell
     * @throws IllegalArgumentException if the mask has another size than the image
     */
    public static PairThumbnail of(
            String caption, BufferedImage image, BufferedImage anomaly, BufferedImage mask, int side) {
        return of(caption, Image.rgb(image), Optional.of(Image.rgb(anomaly)), Image.gray(mask), side);
    }

    /**
     * A generated pair as it is kept.
     *
     * @throws IOException if a picture is damaged
     */
    public static PairThumbnail of(String caption, Pictures pictures, int side) throws IOException {
        return of(
                caption,
                PngCodec.decode(pictures.image()),
                PngCodec.decode(pictures.anomaly()),
                PngCodec.decode(pictures.mask()),
                side);
    }

    /** A real pair; its anomaly part is what the mask cuts out of the image, as in training. */
    public static PairThumbnail of(String caption, BufferedImage image, BufferedImage mask, int side) {
        return of(caption, Image.rgb(image), Optional.empty(), Image.gray(mask), side);
    }

    private static PairThumbnail of(String caption, Image image, Optional<Image> anomaly, Image mask, int side) {
        if (image.width() != mask.width() || image.height() != mask.height()) {
            throw new IllegalArgumentException("the mask of '%s' must be as large as its image, %d x %d, was %d x %d"
                    .formatted(caption, image.width(), image.height(), mask.width(), mask.height()));
        }
        Thumbnails thumbnails = new Thumbnails(side);
        Image small = thumbnails.picture(image);
        Image smallMask = thumbnails.mask(mask);
        return new PairThumbnail(
                caption,
                small,
                anomaly.map(thumbnails::picture)
                        .orElseGet(() -> thumbnails.picture(PartGround.GREY.around(image, mask))),
                smallMask,
                overlay(small, smallMask));
    }

    int width() {
        return image.width();
    }

    int height() {
        return image.height();
    }

    /** The four pictures in the order of {@link #CELLS}. */
    List<Image> cells() {
        return List.of(image, anomaly, mask, overlay);
    }

    /** The mask drawn on its image: a light tint inside, and an outline just outside, so that the defect itself is seen. */
    private static Image overlay(Image image, Image mask) {
        Mask defect = Mask.of(mask);
        boolean[] inside = defect.set();
        boolean[] grown = defect.dilated(1).set();
        byte[] levels = image.levels().clone();
        for (int i = 0; i < levels.length; i++) {
            int pixel = i % inside.length;
            double opacity = inside[pixel] ? TINT : grown[pixel] ? 1 : 0;
            double level = (levels[i] & 0xff) * (1 - opacity) + COLOR[i / inside.length] * opacity;
            levels[i] = (byte) Math.round(level);
        }
        return new Image(image.width(), image.height(), 3, levels);
    }

    /**
     * Scales pictures so that their longer side has a given length: smoothly downwards, by whole pixels upwards, so that a
     * small picture stays as sharp as it is.
     *
     * @param side pixels of the longer side at most
     */
    record Thumbnails(int side) {

        Thumbnails {
            if (side < 1) {
                throw new IllegalArgumentException("a thumbnail's side must be positive, was " + side);
            }
        }

        Image picture(Image pixels) {
            int longer = Math.max(pixels.width(), pixels.height());
            if (longer <= side) {
                return enlarged(pixels, side / longer);
            }
            return PilResize.resize(pixels, scaled(pixels.width(), longer), scaled(pixels.height(), longer));
        }

        /** A mask; a defect of a single pixel is still seen, since a cell is as bright as the brightest pixel under it. */
        Image mask(Image mask) {
            int longer = Math.max(mask.width(), mask.height());
            return longer <= side
                    ? enlarged(mask, side / longer)
                    : brightest(mask, scaled(mask.width(), longer), scaled(mask.height(), longer));
        }

        private int scaled(int length, int longer) {
            return Math.max(1, Math.round((float) length * side / longer));
        }

        private static Image enlarged(Image from, int factor) {
            int width = from.width() * factor;
            int height = from.height() * factor;
            byte[] levels = new byte[from.channels() * width * height];
            for (int row = 0; row < from.channels() * height; row++) {
                for (int x = 0; x < width; x++) {
                    levels[row * width + x] = from.levels()[row / factor * from.width() + x / factor];
                }
            }
            return new Image(width, height, from.channels(), levels);
        }

        private static Image brightest(Image from, int width, int height) {
            byte[] levels = new byte[width * height];
            for (int y = 0; y < from.height(); y++) {
                for (int x = 0; x < from.width(); x++) {
                    int to =
                            (int) ((long) y * height / from.height()) * width + (int) ((long) x * width / from.width());
                    levels[to] = (byte) Math.max(levels[to] & 0xff, from.level(0, y, x));
                }
            }
            return new Image(width, height, 1, levels);
        }
    }
}
