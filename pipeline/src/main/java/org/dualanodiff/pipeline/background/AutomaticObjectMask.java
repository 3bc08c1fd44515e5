package org.dualanodiff.pipeline.background;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.dualanodiff.model.mask.Components;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.dataset.DatasetFiles;

/**
 * Finds the product in photographs by the ground around it: what lies far from the color along the borders is the
 * product. How far is far is learned from good images of the category together.
 *
 * <p>A wrong object mask is worse than none: it teaches background compensation that product is background. So the mask
 * is trusted only where all of this holds in the good images, and refused with the measured value otherwise:
 *
 * <ul>
 *   <li>The borders are of one color. Else there is no ground color to measure from, as in textures and patterned grounds.
 *   <li>The two classes of distances are well separated. One heap of distances has a best threshold, too, but it means
 *       nothing.
 *   <li>The object covers 5 to 85 % of the image. Less is dirt or noise; more is a texture, or a product that fills the
 *       frame, of which no background is left to compensate for.
 *   <li>It runs along at most two sides. An object may enter the picture from a side or a corner; one along three sides
 *       is the ground taken for the object.
 *   <li>Its area and place are much the same in all good images. Photographs of one production line are; chance finds
 *       are not.
 * </ul>
 */
public final class AutomaticObjectMask implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Largest median absolute deviation along the borders, in levels; the worst channel counts. */
    static final double MOST_SPREAD = 14;

    static final double LEAST_SEPARATION = 2;
    static final double SMALLEST = 0.05;
    static final double LARGEST = 0.85;
    static final double MOST_SIDES = 2;
    /** Part of a side from which on the object runs along it. */
    static final double ALONG_SIDE = 0.2;
    /** Standard deviation of the area over its mean. */
    static final double MOST_VARIATION = 0.35;
    /** Mean distance of the object's center from its mean place, as a part of the image. */
    static final double MOST_WANDERING = 0.15;

    /** Parts below this share of the largest one are not the product. */
    private static final double LESSER_PART = 0.1;
    /** Levels; noise of a very even ground would be split in two below it. */
    private static final double LEAST_DISTANCE = 12;
    /** The ground inside the picture is less even than along its borders. */
    private static final double ABOVE_NOISE = 5;
    /** Of the reduced photograph's places. */
    private static final int SMOOTHING = 2;

    /** Good images that teach how the object differs from its ground. */
    public static final int LEARNED_FROM = 8;

    private final double threshold;

    /** One that was learned before. */
    public AutomaticObjectMask(double threshold) {
        this.threshold = threshold;
    }

    /**
     * What the good images say.
     *
     * @param mask     present if it can be trusted
     * @param reason   why not; or what was measured
     * @param measured all values, those of a refusal too
     */
    public record Trust(Optional<AutomaticObjectMask> mask, String reason, Measured measured) {}

    /**
     * The values that the trust depends on.
     *
     * @param spread     median absolute deviation along the borders, in levels
     * @param separation distance of the two classes' means over the sum of their deviations, mean over the images
     * @param coverage   share of the image that is object, mean over the images
     * @param sides      sides that the object runs along, mean over the images
     * @param variation  standard deviation of the area over its mean
     * @param wandering  mean distance of the object's center from its mean place, as a part of the image
     */
    public record Measured(
            double spread, double separation, double coverage, double sides, double variation, double wandering) {}

    /**
     * What the first good images that can be read say; the same on every machine.
     *
     * @return empty if none can be read
     */
    public static Optional<Trust> of(List<URI> good, DatasetFiles files) throws IOException {
        List<BufferedImage> images = new ArrayList<>();
        for (int i = 0; i < good.size() && images.size() < LEARNED_FROM; i++) {
            files.goodImage(good.get(i)).ifPresent(images::add);
        }
        return images.isEmpty() ? Optional.empty() : Optional.of(of(images));
    }

    /**
     * @param goodImages faultless photographs of one category, at least one; about eight are enough
     * @throws IllegalArgumentException without an image
     */
    public static Trust of(List<BufferedImage> goodImages) {
        if (goodImages.isEmpty()) {
            throw new IllegalArgumentException("An automatic object mask needs at least one good image, found none");
        }
        List<GroundDistance> grounds =
                goodImages.stream().map(GroundDistance::of).toList();
        List<TwoClasses> splits =
                grounds.stream().map(AutomaticObjectMask::split).toList();
        AutomaticObjectMask mask = new AutomaticObjectMask(threshold(grounds, splits));
        List<Mask> objects = grounds.stream().map(mask::object).toList();
        Measured measured = measured(grounds, splits, objects);
        return refusal(measured)
                .map(reason -> new Trust(Optional.empty(), reason, measured))
                .orElseGet(() -> new Trust(Optional.of(mask), accepted(measured), measured));
    }

    /**
     * The object of any photograph of the category.
     *
     * @return grey, 255 on the object and 0 elsewhere, of the photograph's size
     */
    public BufferedImage mask(BufferedImage photograph) {
        GroundDistance ground = GroundDistance.of(photograph);
        Mask object = object(ground);
        int width = photograph.getWidth();
        return Mask.where(width, photograph.getHeight(), i -> {
                    int x = Math.min(object.width() - 1, i % width / ground.factor());
                    int y = Math.min(object.height() - 1, i / width / ground.factor());
                    return object.set()[y * object.width() + x];
                })
                .buffered();
    }

    /** Distance from the ground's color, in levels, from which on a place is the object. */
    public double threshold() {
        return threshold;
    }

    /** Of the reduced photograph. */
    private Mask object(GroundDistance ground) {
        Mask far = Mask.where(ground.width(), ground.height(), i -> ground.distance()[i] > threshold);
        Mask smooth = far.filled(Integer.MAX_VALUE).smoothed(SMOOTHING);
        return Components.fourConnected(smooth).largest(0, LESSER_PART).filled(Integer.MAX_VALUE);
    }

    /**
     * Midway, in ratio, between the ground's noise and the threshold after Otsu; of a product of several colors, the
     * latter alone may take the one closest to the ground for ground. Medians over the images: an outlier has no effect.
     */
    private static double threshold(List<GroundDistance> grounds, List<TwoClasses> splits) {
        double root = median(splits, TwoClasses::threshold);
        double noise = ABOVE_NOISE * median(grounds, GroundDistance::noise);
        double otsu = root * root;
        return Math.max(LEAST_DISTANCE, Math.min(otsu, Math.sqrt(noise * otsu)));
    }

    /** On square roots, so that the colors of a product of several are not split from each other. */
    private static TwoClasses split(GroundDistance ground) {
        float[] roots = new float[ground.distance().length];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = (float) Math.sqrt(ground.distance()[i]);
        }
        return TwoClasses.of(roots);
    }

    private static Measured measured(List<GroundDistance> grounds, List<TwoClasses> splits, List<Mask> objects) {
        double coverage = mean(objects, Mask::share);
        double variance = mean(objects, object -> square(object.share() - coverage));
        List<double[]> centers =
                objects.stream().map(AutomaticObjectMask::center).toList();
        double x = mean(centers, center -> center[0]);
        double y = mean(centers, center -> center[1]);
        return new Measured(
                IntStream.range(0, 3).mapToDouble(c -> spread(grounds, c)).max().orElseThrow(),
                mean(splits, TwoClasses::separation),
                coverage,
                mean(objects, AutomaticObjectMask::sides),
                Math.sqrt(variance) / Math.max(coverage, 1e-9),
                mean(centers, center -> Math.hypot(center[0] - x, center[1] - y)));
    }

    /** Center of the object, as parts of width and height; the middle where there is none. */
    private static double[] center(Mask object) {
        double x = 0;
        double y = 0;
        for (int i = 0; i < object.set().length; i++) {
            x += object.set()[i] ? i % object.width() + 0.5 : 0;
            y += object.set()[i] ? i / object.width() + 0.5 : 0;
        }
        int area = object.area();
        return object.isEmpty()
                ? new double[] {0.5, 0.5}
                : new double[] {x / area / object.width(), y / area / object.height()};
    }

    /** How many of the four sides the object runs along. */
    private static int sides(Mask object) {
        int width = object.width();
        int height = object.height();
        return (runsAlong(object, 0, 1, width) ? 1 : 0)
                + (runsAlong(object, (height - 1) * width, 1, width) ? 1 : 0)
                + (runsAlong(object, 0, width, height) ? 1 : 0)
                + (runsAlong(object, width - 1, width, height) ? 1 : 0);
    }

    private static boolean runsAlong(Mask object, int start, int step, int length) {
        long covered = IntStream.range(0, length)
                .filter(i -> object.set()[start + i * step])
                .count();
        return (double) covered / length > ALONG_SIDE;
    }

    /** Of all borders together: grounds that differ from image to image are not of one color either. */
    private static double spread(List<GroundDistance> grounds, int channel) {
        int count = grounds.stream().mapToInt(g -> g.ring()[channel].length).sum();
        float[] levels = new float[count];
        int at = 0;
        for (GroundDistance ground : grounds) {
            float[] ring = ground.ring()[channel];
            System.arraycopy(ring, 0, levels, at, ring.length);
            at += ring.length;
        }
        float center = GroundDistance.median(levels);
        for (int i = 0; i < count; i++) {
            levels[i] = Math.abs(levels[i] - center);
        }
        return GroundDistance.median(levels);
    }

    private static Optional<String> refusal(Measured m) {
        if (m.spread > MOST_SPREAD) {
            return refused(
                    "the borders are not of one color: median deviation %.1f levels, at most %.0f",
                    m.spread, MOST_SPREAD);
        } else if (m.separation < LEAST_SEPARATION) {
            return refused(
                    "object and ground are not clearly different: separation %.2f, at least %.2f",
                    m.separation, LEAST_SEPARATION);
        } else if (m.coverage < SMALLEST || m.coverage > LARGEST) {
            return refused(
                    "the object would cover %.2f of the image, trusted are %.2f to %.2f",
                    m.coverage, SMALLEST, LARGEST);
        } else if (m.sides > MOST_SIDES) {
            return refused("the object would run along %.1f of the four sides, at most %.0f", m.sides, MOST_SIDES);
        } else if (m.variation > MOST_VARIATION) {
            return refused(
                    "the object's area varies by %.2f from image to image, at most %.2f", m.variation, MOST_VARIATION);
        }
        return m.wandering <= MOST_WANDERING
                ? Optional.empty()
                : refused("the object's place varies by %.2f of the image, at most %.2f", m.wandering, MOST_WANDERING);
    }

    private static Optional<String> refused(String reason, Object... values) {
        return Optional.of(String.format(Locale.ROOT, reason, values));
    }

    private static String accepted(Measured m) {
        return String.format(
                Locale.ROOT,
                "the object covers %.2f of the image, separation %.2f from a ground of spread %.1f",
                m.coverage,
                m.separation,
                m.spread);
    }

    private static <T> double mean(List<T> items, ToDoubleFunction<T> value) {
        return items.stream().mapToDouble(value).average().orElseThrow();
    }

    private static <T> double median(List<T> items, ToDoubleFunction<T> value) {
        return items.stream()
                .mapToDouble(value)
                .sorted()
                .skip(items.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    private static double square(double value) {
        return value * value;
    }

    /**
     * Values split in two classes where the variance between them is greatest (Otsu, "A threshold selection method from
     * gray-level histograms", 1979).
     *
     * @param threshold  values above it are of the upper class
     * @param separation distance of the class means over the sum of the classes' standard deviations: about 1.3 for one
     *     bell-shaped heap cut in two and 1.7 for an even spread, above that for two heaps
     */
    record TwoClasses(double threshold, double separation) {
        private static final int BINS = 256;

        static TwoClasses of(float[] values) {
            float largest = 0;
            for (float value : values) {
                largest = Math.max(largest, value);
            }
            double width = Math.max(largest, 1e-6) / BINS;
            long[] histogram = new long[BINS];
            for (float value : values) {
                histogram[Math.min(BINS - 1, (int) (value / width))]++;
            }
            int cut = cut(histogram);
            return new TwoClasses((cut + 1) * width, separation(histogram, cut));
        }

        /** The last bin of the lower class. */
        private static int cut(long[] histogram) {
            Heap all = Heap.of(histogram, 0, BINS);
            double best = -1;
            int cut = 0;
            double count = 0;
            double sum = 0;
            for (int bin = 0; bin < BINS - 1; bin++) {
                count += histogram[bin];
                sum += (double) bin * histogram[bin];
                double rest = all.count - count;
                double gap = sum / count - (all.count * all.mean - sum) / rest;
                double between = count == 0 || rest == 0 ? 0 : count * rest * gap * gap;
                if (between > best) {
                    best = between;
                    cut = bin;
                }
            }
            return cut;
        }

        private static double separation(long[] histogram, int cut) {
            Heap lower = Heap.of(histogram, 0, cut + 1);
            Heap upper = Heap.of(histogram, cut + 1, BINS);
            boolean one = lower.count == 0 || upper.count == 0;
            // A heap within one bin still has that bin's width.
            return one ? 0 : (upper.mean - lower.mean) / (lower.deviation + upper.deviation + 1);
        }

        private record Heap(double count, double mean, double deviation) {
            static Heap of(long[] histogram, int from, int to) {
                double count = 0;
                double sum = 0;
                double squares = 0;
                for (int bin = from; bin < to; bin++) {
                    count += histogram[bin];
                    sum += (double) bin * histogram[bin];
                    squares += (double) bin * bin * histogram[bin];
                }
                double mean = count == 0 ? 0 : sum / count;
                double variance = count == 0 ? 0 : squares / count - mean * mean;
                return new Heap(count, mean, Math.sqrt(Math.max(0, variance)));
            }
        }
    }
}
