package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;

/**
 * What was measured of a pair. Missing is what could not be measured: without a mask there is no contrast, without a known
 * object nothing lies outside of it.
 */
public record PairMeasures(Map<Measure, Double> values) {

    /** What is measured. All but the components are columns of {@code quality}, under their names in lower case. */
    public enum Measure {
        /** Defect pixels over all pixels. */
        MASK_RATIO,
        /** Connected parts of the mask (8 neighbors). */
        COMPONENTS,
        /** Share of the mask that is not on the object. */
        OUTSIDE_OBJECT,
        /** How differently the levels inside the mask and around it are distributed, see {@link MaskContrast}. */
        CONTRAST,
        /** Mean difference of image and anomaly part inside the mask, in levels. */
        PART_DIFFERENCE,
        /** Share of the image that is black or white in every channel. */
        CLIPPED,
        /** Standard deviation of the image's grey levels. */
        DEVIATION,
        /**
         * How far the mask stays away from where its window cuts the photograph, in lengths of the window, see
         * {@link org.dualanodiff.pipeline.crop.Window#margin}.
         */
        WINDOW_MARGIN,
        /** To the nearest training image with its defect in the same place, in levels, see {@link PairSignature}. */
        TRAINING_DISTANCE,
        /** The same to the nearest pair accepted before it. */
        ACCEPTED_DISTANCE;

        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int BLACK = 2;
    private static final int WHITE = 253;

    public PairMeasures {
        EnumMap<Measure, Double> measured = new EnumMap<>(Measure.class);
        values.forEach((measure, value) -> {
            if (!Double.isNaN(value)) {
                measured.put(measure, value);
            }
        });
        values = Collections.unmodifiableMap(measured);
    }

    /** NaN for what could not be measured. */
    public double of(Measure measure) {
        return values.getOrDefault(measure, Double.NaN);
    }

    /** These and another one. */
    public PairMeasures with(Measure measure, double value) {
        Map<Measure, Double> all = new HashMap<>(values);
        all.put(measure, value);
        return new PairMeasures(all);
    }

    /**
     * Measures a pair; the distance to accepted pairs is not known yet.
     *
     * @param image RGB
     * @param part the defect on its ground, of the same size
     * @param mask of the same size
     * @param objects finds the object in an image, if that can be trusted for this category
     */
    static PairMeasures of(
            BufferedImage image,
            BufferedImage part,
            Mask mask,
            double windowMargin,
            Optional<AutomaticObjectMask> objects,
            double trainingDistance) {
        Image rgb = Image.rgb(image);
        return new PairMeasures(Map.of(
                Measure.MASK_RATIO,
                mask.share(),
                Measure.COMPONENTS,
                (double) mask.components().count(),
                Measure.OUTSIDE_OBJECT,
                objects.map(object -> outside(mask, object.mask(image))).orElse(Double.NaN),
                Measure.CONTRAST,
                MaskContrast.of(rgb, mask),
                Measure.PART_DIFFERENCE,
                partDifference(rgb, Image.rgb(part), mask),
                Measure.CLIPPED,
                clipped(rgb),
                Measure.DEVIATION,
                deviation(Image.gray(image).levels()),
                Measure.WINDOW_MARGIN,
                windowMargin,
                Measure.TRAINING_DISTANCE,
                trainingDistance));
    }

    /** NaN for an empty mask, as with all that is measured inside it. */
    private static double outside(Mask mask, BufferedImage object) {
        boolean[] on = Mask.of(object).set();
        int off = 0;
        for (int i = 0; i < on.length; i++) {
            off += mask.set()[i] && !on[i] ? 1 : 0;
        }
        return (double) off / mask.area();
    }

    /** Mean absolute difference inside the mask, in levels. */
    static double partDifference(Image image, Image part, Mask mask) {
        boolean[] inside = mask.set();
        long sum = 0;
        for (int i = 0; i < image.levels().length; i++) {
            if (inside[i % inside.length]) {
                sum += Math.abs((image.levels()[i] & 0xff) - (part.levels()[i] & 0xff));
            }
        }
        return (double) sum / (image.channels() * mask.area());
    }

    private static double clipped(Image image) {
        int area = image.width() * image.height();
        int clipped = 0;
        for (int i = 0; i < area; i++) {
            int least = 255;
            int most = 0;
            for (int channel = 0; channel < image.channels(); channel++) {
                int level = image.levels()[channel * area + i] & 0xff;
                least = Math.min(least, level);
                most = Math.max(most, level);
            }
            clipped += most <= BLACK || least >= WHITE ? 1 : 0;
        }
        return (double) clipped / area;
    }

    private static double deviation(byte[] levels) {
        double sum = 0;
        double squares = 0;
        for (byte level : levels) {
            int value = level & 0xff;
            sum += value;
            squares += (double) value * value;
        }
        double mean = sum / levels.length;
        return Math.sqrt(Math.max(0, squares / levels.length - mean * mean));
    }

    /**
     * Whether the image changes where its mask says so: the earth mover's distance between the distribution of levels inside
     * the mask and in a band around it, in levels, of the channel where it is largest. Unlike a difference of means it also
     * sees a dent, whose light and shade cancel out, and a patch of other grain.
     *
     * <p>On magnetic-tile, masks of blowholes and cracks laid where nothing is come out at a quarter of the real ones' value.
     * Large defects differ less from what is around them, and a limit learned from them lets more through.
     */
    static final class MaskContrast {

        private static final int LEVELS = 256;
        /** Parts of the image's side. */
        private static final int GAP = 128;

        private static final int WIDTH = 32;
        private static final int LEAST_WIDTH = 3;

        private MaskContrast() {}

        /** @return NaN if the mask is empty, or leaves no room around it */
        static double of(Image image, Mask mask) {
            int side = Math.min(image.width(), image.height());
            Mask around = mask.band(Math.max(1, side / GAP), Math.max(LEAST_WIDTH, side / WIDTH));
            double most = Double.NaN;
            for (int channel = 0; channel < image.channels(); channel++) {
                double distance = distance(histogram(image, channel, mask), histogram(image, channel, around));
                most = most >= distance ? most : distance;
            }
            return most;
        }

        /** How many of the chosen pixels have each level. */
        private static int[] histogram(Image image, int channel, Mask chosen) {
            int[] histogram = new int[LEVELS];
            boolean[] set = chosen.set();
            for (int i = 0; i < set.length; i++) {
                if (set[i]) {
                    histogram[image.levels()[channel * set.length + i] & 0xff]++;
                }
            }
            return histogram;
        }

        /** On a line, the earth mover's distance is the area between the two cumulative distributions. */
        private static double distance(int[] one, int[] other) {
            double ofOne = Arrays.stream(one).sum();
            double ofOther = Arrays.stream(other).sum();
            double area = 0;
            double below = 0;
            double otherBelow = 0;
            for (int level = 0; level < LEVELS; level++) {
                below += one[level];
                otherBelow += other[level];
                area += Math.abs(below / ofOne - otherBelow / ofOther);
            }
            return area;
        }
    }
}
