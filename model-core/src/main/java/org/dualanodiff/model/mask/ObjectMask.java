package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.image.Pixels;

/**
 * Finds the product in a photograph by the ground around it: the ground's color is learned from the borders of good
 * images, and what lies far from it is the product.
 *
 * <p>That is trusted only where it can be: the borders must be of one color; the object must cover neither almost
 * nothing nor almost everything, stay clear of most of the border, and be of much the same size in all good images.
 * Textures and products that fill the frame fail one of these, and {@link #learn} says which.
 */
public final class ObjectMask {

    private static final double BORDER = 0.05;
    private static final double UNIFORM = 14;
    private static final double LEAST_DISTANCE = 16;
    private static final double SMALLEST = 0.03;
    private static final double LARGEST = 0.85;
    private static final double MOST_BORDER = 0.25;
    private static final double MOST_VARIATION = 0.35;
    private static final double LESSER_PART = 0.1;

    private static final double NOISE = 5;

    private final double[] ground;
    private final double spread;

    private ObjectMask(double[] ground, double spread) {
        this.ground = ground;
        this.spread = spread;
    }

    /**
     * @param mask present if the good images allow it
     * @param reason why not, with the measured value; or what was measured
     */
    public record Learned(Optional<ObjectMask> mask, String reason) {}

    /** @param good faultless photographs of one product, at least one */
    public static Learned learn(List<BufferedImage> good) {
        List<Pixels> images = good.stream().map(Pixels::rgb).toList();
        double[] ground = new double[3];
        double spread = 0;
        for (int c = 0; c < 3; c++) {
            int[] border = border(images, c);
            ground[c] = median(border);
            spread = Math.max(spread, deviation(border, ground[c]));
        }
        if (spread > UNIFORM) {
            return refused(
                    "the borders are not of one color: median deviation %.1f levels, at most %.0f", spread, UNIFORM);
        }
        return checked(new ObjectMask(ground, spread), good);
    }

    private static Learned checked(ObjectMask candidate, List<BufferedImage> good) {
        List<BinaryMask> masks = good.stream().map(candidate::find).toList();
        double[] areas = masks.stream().mapToDouble(ObjectMask::area).toArray();
        double mean = Arrays.stream(areas).average().orElseThrow();
        double touched =
                masks.stream().mapToDouble(ObjectMask::borderShare).average().orElseThrow();
        double variation = Math.sqrt(Arrays.stream(areas)
                        .map(a -> (a - mean) * (a - mean))
                        .average()
                        .orElseThrow())
                / Math.max(mean, 1e-9);
        if (mean < SMALLEST || mean > LARGEST) {
            return refused(
                    "the object would cover %.2f of the image, trusted are %.2f to %.2f", mean, SMALLEST, LARGEST);
        } else if (touched > MOST_BORDER) {
            return refused("the object would cover %.2f of the border, at most %.2f", touched, MOST_BORDER);
        } else if (variation > MOST_VARIATION) {
            return refused(
                    "the object's size varies by %.2f from image to image, at most %.2f", variation, MOST_VARIATION);
        }
        return new Learned(Optional.of(candidate), "the object covers %.2f of the image".formatted(mean));
    }

    private static Learned refused(String reason, Object... values) {
        return new Learned(Optional.empty(), reason.formatted(values));
    }

    /** Grey, 255 on the object, of the photograph's size. */
    public BufferedImage mask(BufferedImage photograph) {
        return find(photograph).toImage();
    }

    private BinaryMask find(BufferedImage photograph) {
        Pixels pixels = Pixels.rgb(photograph);
        int[] distance = distance(pixels);
        // Beyond the ground's noise; a product of several colors would be cut between them by the best split alone.
        double threshold = Math.max(LEAST_DISTANCE, Math.min(NOISE * spread, otsu(distance)));
        boolean[] far = new boolean[distance.length];
        for (int i = 0; i < far.length; i++) {
            far[i] = distance[i] > threshold;
        }
        // Parts of the product may have the ground's color; painting a little too much black does no harm.
        int radius = Math.max(1, Math.min(pixels.width(), pixels.height()) / 20);
        BinaryMask closed = Morphology.close(new BinaryMask(pixels.width(), pixels.height(), far), radius);
        return withoutHoles(largest(closed));
    }

    /** Largest difference of any channel from the ground, by pixel. */
    private int[] distance(Pixels pixels) {
        int area = pixels.width() * pixels.height();
        int[] distance = new int[area];
        for (int i = 0; i < 3 * area; i++) {
            int level = pixels.levels()[i] & 0xff;
            distance[i % area] = Math.max(distance[i % area], (int) Math.abs(level - ground[i / area]));
        }
        return distance;
    }

    /** The threshold that separates two classes best (Otsu 1979). */
    private static double otsu(int[] values) {
        long[] histogram = new long[256];
        Arrays.stream(values).forEach(v -> histogram[v]++);
        double total = values.length;
        double sum = Arrays.stream(values).asLongStream().sum();
        double below = 0;
        double sumBelow = 0;
        double best = -1;
        int threshold = 0;
        for (int t = 0; t < 255; t++) {
            below += histogram[t];
            sumBelow += (double) t * histogram[t];
            double above = total - below;
            if (below > 0 && above > 0) {
                double gap = sumBelow / below - (sum - sumBelow) / above;
                double between = below * above * gap * gap;
                if (between > best) {
                    best = between;
                    threshold = t;
                }
            }
        }
        return threshold;
    }

    private static BinaryMask largest(BinaryMask mask) {
        Components parts = Components.eightConnected(mask);
        int most = Arrays.stream(parts.areas()).max().orElse(0);
        return parts.keep(part -> parts.areas()[part] >= LESSER_PART * most);
    }

    private static BinaryMask withoutHoles(BinaryMask mask) {
        Components outside = Components.fourConnected(mask.inverted());
        boolean[] open = outside.touchedBy(mask.border());
        return outside.keep(part -> open[part]).inverted();
    }

    private static double area(BinaryMask mask) {
        int count = 0;
        for (boolean set : mask.set()) {
            count += set ? 1 : 0;
        }
        return (double) count / mask.set().length;
    }

    private static double borderShare(BinaryMask mask) {
        int touched = 0;
        int w = mask.width();
        int h = mask.height();
        for (int x = 0; x < w; x++) {
            touched += (mask.set()[x] ? 1 : 0) + (mask.set()[(h - 1) * w + x] ? 1 : 0);
        }
        for (int y = 0; y < h; y++) {
            touched += (mask.set()[y * w] ? 1 : 0) + (mask.set()[(y + 1) * w - 1] ? 1 : 0);
        }
        return touched / (2.0 * (w + h));
    }

    private static int[] border(List<Pixels> images, int channel) {
        List<int[]> all = new ArrayList<>();
        for (Pixels image : images) {
            int ring = Math.max(1, (int) (BORDER * Math.min(image.width(), image.height())));
            int[] values = new int[image.width() * image.height()];
            int count = 0;
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < image.width(); x++) {
                    boolean inside = x >= ring && y >= ring && x < image.width() - ring && y < image.height() - ring;
                    if (!inside) {
                        values[count++] = image.level(channel, y, x);
                    }
                }
            }
            all.add(Arrays.copyOf(values, count));
        }
        return all.stream().flatMapToInt(Arrays::stream).toArray();
    }

    private static double median(int[] values) {
        int[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Median absolute deviation. */
    private static double deviation(int[] values, double median) {
        return median(Arrays.stream(values).map(v -> (int) Math.abs(v - median)).toArray());
    }
}
