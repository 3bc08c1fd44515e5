package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import org.dualanodiff.model.image.BoxMean;
import org.dualanodiff.model.image.Image;

/**
 * Moves a mask's outline to the edges of the image that it belongs to, by the guided filter (He, Sun and Tang, "Guided
 * image filtering", 2010) with the image's grey levels as guide. Farther than twice the radius from the outline nothing
 * changes.
 *
 * @param radius of the filter's square window, in pixels, at least 1
 * @param epsilon variance of grey levels (0..1, squared) below which the guide counts as flat
 * @param cleanup applied to the refined mask
 */
public record EdgeRefinement(int radius, double epsilon, MaskCleanup cleanup) implements Serializable {

    public EdgeRefinement {
        if (radius < 1 || !(epsilon > 0)) {
            throw new IllegalArgumentException(
                    "Edge refinement needs radius >= 1 and epsilon > 0, was %d and %s".formatted(radius, epsilon));
        }
    }

    /**
     * @param coarse of the image's size
     */
    public Mask apply(Mask coarse, BufferedImage image) {
        double[] soft = filtered(guide(image), coarse.indicator(), coarse.width(), coarse.height());
        return cleanup.apply(Mask.where(coarse.width(), coarse.height(), i -> soft[i] >= 0.5));
    }

    /** {@code mean(a) * guide + mean(b)}, where in each window a and b are the best linear fit of the mask. */
    private double[] filtered(double[] guide, double[] mask, int width, int height) {
        double[] meanGuide = BoxMean.of(guide, width, height, radius);
        double[] meanMask = BoxMean.of(mask, width, height, radius);
        double[] covariance = BoxMean.of(product(guide, mask), width, height, radius);
        double[] variance = BoxMean.of(product(guide, guide), width, height, radius);
        double[] a = new double[guide.length];
        double[] b = new double[guide.length];
        for (int i = 0; i < a.length; i++) {
            a[i] = (covariance[i] - meanGuide[i] * meanMask[i]) / (variance[i] - meanGuide[i] * meanGuide[i] + epsilon);
            b[i] = meanMask[i] - a[i] * meanGuide[i];
        }
        double[] slope = BoxMean.of(a, width, height, radius);
        double[] offset = BoxMean.of(b, width, height, radius);
        double[] result = product(slope, guide);
        for (int i = 0; i < result.length; i++) {
            result[i] += offset[i];
        }
        return result;
    }

    private static double[] product(double[] one, double[] other) {
        double[] product = new double[one.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = one[i] * other[i];
        }
        return product;
    }

    private static double[] guide(BufferedImage image) {
        byte[] levels = Image.gray(image).levels();
        double[] guide = new double[levels.length];
        for (int i = 0; i < guide.length; i++) {
            guide[i] = (levels[i] & 0xff) / 255.0;
        }
        return guide;
    }
}
