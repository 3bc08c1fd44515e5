package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.BoxMean;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;

/**
 * Which pixels of an image are defect, or object. What a mask says about itself, such as its area and its parts, is measured
 * when it is first asked for, and once.
 */
public final class Mask {

    /** A grey level from here on is marked. */
    private static final int THRESHOLD = 128;

    private final int width;
    private final int height;
    private final boolean[] set;
    private int area = -1;
    private Box box;
    private Components components;

    /** @param set {@code (height, width)}, row major; not copied */
    public Mask(int width, int height, boolean[] set) {
        if (set.length != width * height) {
            throw new IllegalArgumentException(
                    "A mask of %d x %d needs %d pixels, found %d".formatted(width, height, width * height, set.length));
        }
        this.width = width;
        this.height = height;
        this.set = set;
    }

    /** The pixels, by their place {@code y * width + x}, that are {@code chosen}. */
    public static Mask where(int width, int height, IntPredicate chosen) {
        boolean[] set = new boolean[width * height];
        for (int i = 0; i < set.length; i++) {
            set[i] = chosen.test(i);
        }
        return new Mask(width, height, set);
    }

    /** @param image grey or color; levels from 128 on are marked */
    public static Mask of(BufferedImage image) {
        return of(Image.gray(image));
    }

    /** @param grey levels from 128 on are marked */
    public static Mask of(Image grey) {
        if (grey.channels() != 1) {
            throw new IllegalArgumentException("A mask is made from a grey image, was one of color");
        }
        return where(grey.width(), grey.height(), i -> (grey.levels()[i] & 0xff) >= THRESHOLD);
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** {@code (height, width)}, row major; not a copy. */
    public boolean[] set() {
        return set;
    }

    /** Whether a pixel is marked; none beyond the image is. */
    public boolean at(int x, int y) {
        return x >= 0 && y >= 0 && x < width && y < height && set[y * width + x];
    }

    /** One grey channel, 255 on what is marked and 0 elsewhere. */
    public Image image() {
        byte[] levels = new byte[set.length];
        for (int i = 0; i < set.length; i++) {
            levels[i] = (byte) (set[i] ? 255 : 0);
        }
        return new Image(width, height, 1, levels);
    }

    /** As {@link #image}. */
    public BufferedImage buffered() {
        return image().buffered();
    }

    /** Marked pixels. */
    public int area() {
        if (area < 0) {
            int count = 0;
            for (boolean pixel : set) {
                count += pixel ? 1 : 0;
            }
            area = count;
        }
        return area;
    }

    /** The marked share of the image, 0 to 1. */
    public double share() {
        return (double) area() / set.length;
    }

    public boolean isEmpty() {
        return area() == 0;
    }

    /** The smallest box around all that is marked; all 0 for an empty mask. */
    public Box box() {
        if (box == null) {
            box = components().parts().stream()
                    .map(Components.Part::box)
                    .reduce(Box::with)
                    .orElse(new Box(0, 0, 0, 0));
        }
        return box;
    }

    /** The connected parts; diagonal neighbors belong together. */
    public Components components() {
        if (components == null) {
            components = Components.eightConnected(this);
        }
        return components;
    }

    /** What is set here, there, or in both. */
    public Mask with(Mask other) {
        return where(width, height, i -> set[i] || other.set[i]);
    }

    /** Mirrored as {@link Image#flip} mirrors. */
    public Mask flip(Flip flip) {
        return flip == Flip.NONE
                ? this
                : where(i -> {
                    int x = flip.horizontal() ? width - 1 - i % width : i % width;
                    int y = flip.vertical() ? height - 1 - i / width : i / width;
                    return set[y * width + x];
                });
    }

    public Mask inverted() {
        return where(i -> !set[i]);
    }

    /** The image's outermost pixels. */
    private Mask border() {
        return where(i -> i < width || i >= set.length - width || i % width == 0 || i % width == width - 1);
    }

    /** With those holes that have no more than {@code largest} pixels: gaps that the border cannot be reached from. */
    public Mask filled(int largest) {
        Components gaps = Components.fourConnected(inverted());
        boolean[] open = gaps.touchedBy(border());
        return gaps.keep(gap -> open[gap] || gaps.areas()[gap] > largest).inverted();
    }

    /** All pixels of all holes. */
    public Mask holes() {
        boolean[] filled = filled(Integer.MAX_VALUE).set;
        return where(i -> filled[i] && !set[i]);
    }

    /** Grown by a disc. */
    public Mask dilated(int radius) {
        int[] squared = DistanceTransform.squared(this);
        return where(i -> squared[i] <= radius * radius);
    }

    /** Shrunk by a disc. What lies beyond the image's border counts as marked. */
    public Mask eroded(int radius) {
        return inverted().dilated(radius).inverted();
    }

    /** Gaps up to about twice the radius are bridged. */
    public Mask closed(int radius) {
        return radius == 0 ? this : dilated(radius).eroded(radius);
    }

    /** What is thinner than about twice the radius is dropped. */
    public Mask opened(int radius) {
        return radius == 0 ? this : eroded(radius).dilated(radius);
    }

    /** Grown by a square of {@code 2 radius + 1} pixels. */
    public Mask dilatedBySquare(int radius) {
        double[] mean = BoxMean.of(indicator(), width, height, radius);
        return where(i -> mean[i] > 0);
    }

    /** Each pixel as most of the square of {@code 2 radius + 1} pixels around it: rounds corners, drops specks and threads. */
    public Mask smoothed(int radius) {
        double[] mean = BoxMean.of(indicator(), width, height, radius);
        return where(i -> mean[i] > 0.5);
    }

    /**
     * The band around this mask: the pixels that are farther than {@code gap} and no farther than {@code gap + width} from
     * the nearest marked pixel.
     *
     * @param gap pixels left out between mask and band, since a defect fades there
     * @param across width of the band, in pixels
     */
    public Mask band(int gap, int across) {
        int[] squared = DistanceTransform.squared(this);
        int outer = gap + across;
        return where(i -> squared[i] > gap * gap && squared[i] <= outer * outer);
    }

    /** At another size, with the same share of it marked; at least one pixel where this mask has one. */
    public Mask scaled(int toWidth, int toHeight) {
        return MaskScaling.scaled(this, toWidth, toHeight);
    }

    /** 1 on what is marked, 0 elsewhere. */
    double[] indicator() {
        double[] indicator = new double[set.length];
        for (int i = 0; i < indicator.length; i++) {
            indicator[i] = set[i] ? 1 : 0;
        }
        return indicator;
    }

    private Mask where(IntPredicate chosen) {
        return where(width, height, chosen);
    }

    /**
     * Scales masks so that their area stays what it was: each pixel of the result gets the share of it that is defect, and so
     * many of those with the largest shares are marked as the area asks for. Where more have the same share than are wanted,
     * as along a line thinner than a pixel, those taken are spread evenly, so that extent and place stay, too.
     */
    static final class MaskScaling {

        /** Shares closer than this are the same. */
        private static final double STEPS = 1 << 16;

        private MaskScaling() {}

        static Mask scaled(Mask mask, int width, int height) {
            double[] shares = shares(mask.set(), mask.width(), mask.height(), width, height);
            double scale = (double) width * height / mask.set().length;
            int wanted = mask.isEmpty() ? 0 : (int) Math.max(1, Math.round(mask.area() * scale));
            return new Mask(width, height, largest(shares, wanted));
        }

        private static boolean[] largest(double[] shares, int wanted) {
            boolean[] set = new boolean[shares.length];
            long[] rounded =
                    Arrays.stream(shares).mapToLong(s -> Math.round(s * STEPS)).toArray();
            long least = Arrays.stream(rounded)
                    .sorted()
                    .skip(shares.length - wanted)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
            int[] above = IntStream.range(0, rounded.length)
                    .filter(i -> rounded[i] > least)
                    .toArray();
            int[] equal = IntStream.range(0, rounded.length)
                    .filter(i -> rounded[i] == least)
                    .toArray();
            Arrays.stream(above).forEach(i -> set[i] = true);
            int rest = Math.max(0, Math.min(equal.length, wanted - above.length));
            for (int k = 0; k < rest; k++) {
                set[equal[(int) ((2L * k + 1) * equal.length / (2L * rest))]] = true;
            }
            return set;
        }

        private static double[] shares(boolean[] set, int fromWidth, int fromHeight, int width, int height) {
            double[] rows = new double[fromHeight * width];
            for (int x = 0; x < width; x++) {
                Span span = Span.of(x, (double) fromWidth / width, fromWidth);
                for (int y = 0; y < fromHeight; y++) {
                    int row = y * fromWidth;
                    rows[y * width + x] = span.mean(i -> set[row + i] ? 1 : 0);
                }
            }
            double[] both = new double[width * height];
            for (int y = 0; y < height; y++) {
                Span span = Span.of(y, (double) fromHeight / height, fromHeight);
                for (int x = 0; x < width; x++) {
                    int column = x;
                    both[y * width + x] = span.mean(i -> rows[i * width + column]);
                }
            }
            return both;
        }

        /** The stretch of the input that one position of the output covers. */
        private record Span(double from, double to, int length) {

            static Span of(int position, double scale, int length) {
                return new Span(position * scale, (position + 1) * scale, length);
            }

            double mean(IntToDoubleFunction value) {
                double sum = 0;
                for (int i = (int) from; i < Math.min(length, Math.ceil(to)); i++) {
                    sum += value.applyAsDouble(i) * (Math.min(to, i + 1) - Math.max(from, i));
                }
                return sum / (to - from);
            }
        }
    }
}
