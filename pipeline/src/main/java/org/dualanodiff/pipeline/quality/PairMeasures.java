package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
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
}
