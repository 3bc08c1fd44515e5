package org.dualanodiff.model.image;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The color of an anomaly part outside the defect. The paper's is mid-grey, 0 in the model's units. On grey products a defect
 * can be mid-grey, too; a ground of a color that the product does not have tells it from the ground (an extension of the
 * paper).
 *
 * @param red in [-1, 1], as the model sees pictures; green and blue likewise
 */
public record PartGround(float red, float green, float blue) implements Serializable {

    /** The paper's. */
    public static final PartGround GREY = new PartGround(0, 0, 0);

    private static final String GREY_WORD = "grey";
    private static final Pattern HEX = Pattern.compile("#(\\p{XDigit}{2})(\\p{XDigit}{2})(\\p{XDigit}{2})");

    /**
     * @param color {@code grey}, exactly between black and white, or {@code #rrggbb}
     * @throws IllegalArgumentException if it is neither
     */
    public static PartGround parse(String color) {
        if (color.equals(GREY_WORD)) {
            return GREY;
        }
        Matcher hex = HEX.matcher(color);
        if (!hex.matches()) {
            throw new IllegalArgumentException("a color is \"grey\" or \"#rrggbb\", was \"%s\"".formatted(color));
        }
        return new PartGround(signed(hex.group(1)), signed(hex.group(2)), signed(hex.group(3)));
    }

    private static float signed(String digits) {
        return Image.signed(Integer.parseInt(digits, 16));
    }

    /** Of one channel, in [-1, 1]. */
    public float signed(int channel) {
        return switch (channel) {
            case 0 -> red;
            case 1 -> green;
            case 2 -> blue;
            default -> throw new IllegalArgumentException("a color has channels 0 to 2, asked for " + channel);
        };
    }

    /** Of one channel, 0 to 255, not rounded: mid-grey is 127.5. */
    public double level(int channel) {
        return (signed(channel) + 1) * 127.5;
    }

    /** A picture of nothing else: {@code (3, side, side)} in [-1, 1]. */
    public float[] picture(int side) {
        int area = side * side;
        float[] picture = new float[3 * area];
        for (int c = 0; c < 3; c++) {
            Arrays.fill(picture, c * area, (c + 1) * area, signed(c));
        }
        return picture;
    }

    /** A picture of nothing else, in whole levels. */
    public Image pixels(int width, int height) {
        int area = width * height;
        byte[] levels = new byte[3 * area];
        for (int c = 0; c < 3; c++) {
            Arrays.fill(levels, c * area, (c + 1) * area, (byte) Math.round(level(c)));
        }
        return new Image(width, height, 3, levels);
    }

    /**
     * The part of a real pair.
     *
     * @param image RGB
     * @param mask grey, of the same size, not 0 on the defect
     * @return the image on the defect, this ground elsewhere
     */
    public Image around(Image image, Image mask) {
        byte[] levels = pixels(image.width(), image.height()).levels();
        for (int i = 0; i < levels.length; i++) {
            boolean defect = mask.levels()[i % mask.levels().length] != 0;
            levels[i] = defect ? image.levels()[i] : levels[i];
        }
        return new Image(image.width(), image.height(), 3, levels);
    }

    /**
     * The part of a training image.
     *
     * @param image {@code (3, H, W)} in [-1, 1]
     * @param mask {@code (1, H, W)}, not 0 on the defect
     * @return the image on the defect, this ground exactly elsewhere
     */
    public float[] around(float[] image, float[] mask) {
        float[] part = new float[image.length];
        for (int i = 0; i < part.length; i++) {
            part[i] = mask[i % mask.length] == 0 ? signed(i / mask.length) : image[i];
        }
        return part;
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return equals(GREY)
                ? GREY_WORD
                : String.format(
                        Locale.ROOT, "#%02x%02x%02x", Math.round(level(0)), Math.round(level(1)), Math.round(level(2)));
    }
}
