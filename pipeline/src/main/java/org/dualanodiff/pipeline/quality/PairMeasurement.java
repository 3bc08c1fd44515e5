package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;

/**
 * Measures pairs of one defect.
 *
 * @param training what near-copies are looked for among
 * @param overlap see {@link PairSignature#distanceTo}
 * @param objects finds the object in an image, if that can be trusted for this category
 */
record PairMeasurement(List<PairSignature> training, double overlap, Optional<AutomaticObjectMask> objects) {

    private static final int BLACK = 2;
    private static final int WHITE = 253;

    /**
     * @param image RGB
     * @param part the defect on its ground, of the same size
     * @param mask grey, of the same size
     * @param windowMargin see {@link PairMeasures}; NaN where there is no window
     */
    PairMeasures of(BufferedImage image, BufferedImage part, BufferedImage mask, double windowMargin) {
        Mask marked = Mask.of(mask);
        byte[] inside = Image.gray(mask).levels();
        return new PairMeasures(
                marked.share(),
                marked.components().count(),
                objects.map(object -> outside(inside, object.mask(image))).orElse(Double.NaN),
                MaskContrast.of(image, mask),
                partDifference(image, part, mask),
                clipped(Image.rgb(image)),
                deviation(Image.gray(image).levels()),
                windowMargin,
                nearest(PairSignature.of(image, mask)),
                Double.NaN);
    }

    private double nearest(PairSignature signature) {
        return training.stream()
                .mapToDouble(real -> signature.distanceTo(real, overlap))
                .filter(distance -> !Double.isNaN(distance))
                .min()
                .orElse(Double.NaN);
    }

    /** NaN for an empty mask, as with all that is measured inside it. */
    private static double outside(byte[] inside, BufferedImage object) {
        byte[] on = Image.gray(object).levels();
        int off = 0;
        int all = 0;
        for (int i = 0; i < inside.length; i++) {
            if (inside[i] < 0) {
                all++;
                off += on[i] < 0 ? 0 : 1;
            }
        }
        return (double) off / all;
    }

    /** Mean absolute difference inside the mask, in levels. */
    static double partDifference(BufferedImage pictured, BufferedImage drawn, BufferedImage mask) {
        Image image = Image.rgb(pictured);
        Image part = Image.rgb(drawn);
        byte[] inside = Image.gray(mask).levels();
        long sum = 0;
        int count = 0;
        for (int i = 0; i < image.levels().length; i++) {
            if (inside[i % inside.length] < 0) {
                sum += Math.abs((image.levels()[i] & 0xff) - (part.levels()[i] & 0xff));
                count++;
            }
        }
        return (double) sum / count;
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
