package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;

/**
 * What was measured of a pair; the columns of {@code quality}. NaN stands for what could not be measured: without a mask
 * there is no contrast, without a known object nothing lies outside of it.
 *
 * @param maskRatio defect pixels over all pixels
 * @param components connected parts of the mask (8 neighbors)
 * @param outsideObject share of the mask that is not on the object
 * @param contrast how differently the levels inside the mask and around it are distributed, see {@link MaskContrast}
 * @param partDifference mean difference of image and anomaly part inside the mask, in levels
 * @param clipped share of the image that is black or white in every channel
 * @param deviation standard deviation of the image's grey levels
 * @param windowMargin how far the mask stays away from where its window cuts the photograph, in lengths of the window, see
 *     {@link org.dualanodiff.pipeline.crop.Window#margin}
 * @param trainingDistance to the nearest training image with its defect in the same place, in levels, see
 *     {@link PairSignature}
 * @param acceptedDistance the same to the nearest pair accepted before it
 */
public record PairMeasures(
        double maskRatio,
        int components,
        double outsideObject,
        double contrast,
        double partDifference,
        double clipped,
        double deviation,
        double windowMargin,
        double trainingDistance,
        double acceptedDistance) {

    private static final int BLACK = 2;
    private static final int WHITE = 253;

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
        return new PairMeasures(
                mask.share(),
                mask.components().count(),
                objects.map(object -> outside(mask, object.mask(image))).orElse(Double.NaN),
                MaskContrast.of(rgb, mask),
                partDifference(rgb, Image.rgb(part), mask),
                clipped(rgb),
                deviation(Image.gray(image).levels()),
                windowMargin,
                trainingDistance,
                Double.NaN);
    }

    public PairMeasures withAcceptedDistance(double distance) {
        return new PairMeasures(
                maskRatio,
                components,
                outsideObject,
                contrast,
                partDifference,
                clipped,
                deviation,
                windowMargin,
                trainingDistance,
                distance);
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
