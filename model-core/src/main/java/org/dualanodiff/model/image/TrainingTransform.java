package org.dualanodiff.model.image;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Turns a defect photograph and its mask into the square float images that the two branches learn from: flip, shorter
 * side to {@code size}, center crop, levels to [-1, 1] (DualAnoDiff, section 3.1: the anomaly part is the product of
 * normalized image and mask). The same flip and crop fall on image and mask.
 */
public final class TrainingTransform {
    /** Masks are often stored with compression noise; a resized level from here on is defect. */
    static final int MASK_THRESHOLD = 128;

    private final int size;
    private final PartGround ground;

    /** @param size height and width of the result, a positive number of pixels */
    public TrainingTransform(int size) {
        this(size, PartGround.GREY);
    }

    /**
     * @param size height and width of the result, a positive number of pixels
     * @param ground of the anomaly part
     */
    public TrainingTransform(int size, PartGround ground) {
        if (size < 1) {
            throw new IllegalArgumentException("Training size must be positive, was " + size);
        }
        this.size = size;
        this.ground = ground;
    }

    /**
     * Square windows of a photograph that is not square: spread evenly over its longer side, half a window apart or
     * closer, so that every part of the image is seen whole in one of them. The released code draws a random crop at
     * every step instead; a fixed set can be encoded once. Windows that hold nothing of the defect are left out, unless
     * none holds any.
     *
     * @param objectMask bright on the object, for background compensation
     */
    public List<Pixels> windows(
            BufferedImage photograph, BufferedImage mask, Optional<BufferedImage> objectMask, Flip flip) {
        requireSameSize(photograph, mask, "mask");
        Image image = PilResize.resizeShorterSide(Image.rgb(photograph).flip(flip), size);
        Image soft = PilResize.resizeShorterSide(Image.gray(mask).flip(flip), size);
        Optional<Image> background = objectMask.map(object -> {
            requireSameSize(photograph, object, "object mask");
            Image cut = withoutObject(Image.rgb(photograph), Image.gray(object));
            return PilResize.resizeShorterSide(cut.flip(flip), size);
        });
        List<Pixels> all = offsets(Math.max(image.width(), image.height()))
                .mapToObj(offset -> window(image, soft, background, offset))
                .toList();
        List<Pixels> withDefect = all.stream().filter(Pixels::hasDefect).toList();
        return withDefect.isEmpty() ? all : withDefect;
    }

    private IntStream offsets(int longer) {
        int last = longer - size;
        int count = (int) Math.ceil(2.0 * last / size) + 1;
        return IntStream.range(0, count).map(i -> count == 1 ? 0 : (int) Math.rint((double) last * i / (count - 1)));
    }

    private Pixels window(Image image, Image softMask, Optional<Image> background, int offset) {
        float[] pixels = cut(image, offset).signed();
        float[] binary = binary(cut(softMask, offset));
        return new Pixels(
                size,
                pixels,
                binary,
                ground.around(pixels, binary),
                background.map(whole -> cut(whole, offset).signed()));
    }

    private Image cut(Image image, int offset) {
        boolean wide = image.width() > image.height();
        return image.crop(wide ? offset : 0, wide ? 0 : offset, size, size);
    }

    /** @return the photograph as {@code (3, size, size)} in [-1, 1] */
    public float[] image(BufferedImage photograph, Flip flip) {
        return square(Image.rgb(photograph).flip(flip)).signed();
    }

    /** @return the mask as {@code (1, size, size)}, 0 or 1 */
    public float[] mask(BufferedImage mask, Flip flip) {
        return binary(softMask(mask, flip));
    }

    private static float[] binary(Image softMask) {
        byte[] levels = softMask.levels();
        float[] binary = new float[levels.length];
        for (int i = 0; i < levels.length; i++) {
            binary[i] = (levels[i] & 0xff) >= MASK_THRESHOLD ? 1f : 0f;
        }
        return binary;
    }

    /**
     * The condition of background compensation (BCM): the photograph with its object painted black. A soft object mask
     * blends towards black in 8 bits, before the resize.
     *
     * @param objectMask bright on the object, of the photograph's size
     * @return {@code (3, size, size)} in [-1, 1], -1 under the object
     * @throws IllegalArgumentException if the two sizes differ
     */
    public float[] background(BufferedImage photograph, BufferedImage objectMask, Flip flip) {
        requireSameSize(photograph, objectMask, "object mask");
        Image cut = withoutObject(Image.rgb(photograph), Image.gray(objectMask));
        return square(cut.flip(flip)).signed();
    }

    Image softMask(BufferedImage mask, Flip flip) {
        return square(Image.gray(mask).flip(flip));
    }

    private Image square(Image pixels) {
        return PilResize.centerCrop(PilResize.resizeShorterSide(pixels, size), size);
    }

    private static Image withoutObject(Image rgb, Image object) {
        int area = object.levels().length;
        byte[] levels = new byte[3 * area];
        for (int i = 0; i < levels.length; i++) {
            int kept = 255 - (object.levels()[i % area] & 0xff);
            levels[i] = (byte) dividedBy255((rgb.levels()[i] & 0xff) * kept);
        }
        return new Image(rgb.width(), rgb.height(), 3, levels);
    }

    /** Rounded division of a product of two levels, in the integer form that PIL's paste uses. */
    private static int dividedBy255(int product) {
        int biased = product + 128;
        return ((biased >> 8) + biased) >> 8;
    }

    private static void requireSameSize(BufferedImage photograph, BufferedImage mask, String what) {
        if (photograph.getWidth() != mask.getWidth() || photograph.getHeight() != mask.getHeight()) {
            throw new IllegalArgumentException(
                    "The %s must have the photograph's size %d x %d, was %d x %d; is it the mask of another image?"
                            .formatted(
                                    what,
                                    photograph.getWidth(),
                                    photograph.getHeight(),
                                    mask.getWidth(),
                                    mask.getHeight()));
        }
    }

    /**
     * What one training image becomes before the autoencoder sees it.
     *
     * @param size    height and width
     * @param image   {@code (3, size, size)} in [-1, 1]
     * @param mask    {@code (1, size, size)}, 0 or 1
     * @param anomaly {@code (3, size, size)}: the image inside the mask, outside the
     *     {@link PartGround}: for the paper's mid-grey, 0, that is image times mask
     * @param background {@code (3, size, size)}: the image with its object painted black, for background compensation
     */
    public record Pixels(int size, float[] image, float[] mask, float[] anomaly, Optional<float[]> background) {

        /** Whether any pixel is defect. */
        public boolean hasDefect() {
            for (float pixel : mask) {
                if (pixel != 0) {
                    return true;
                }
            }
            return false;
        }
    }
}
