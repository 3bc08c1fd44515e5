package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import org.dualanodiff.model.image.Pixels;

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
     * @param mask grey, of the image's size
     * @return grey, 255 on the defect and 0 elsewhere
     */
    public BufferedImage apply(BufferedImage mask, BufferedImage image) {
        BinaryMask coarse = BinaryMask.of(mask);
        double[] soft = filtered(guide(image), indicator(coarse), coarse.width(), coarse.height());
        boolean[] refined = new boolean[soft.length];
        for (int i = 0; i < refined.length; i++) {
            refined[i] = soft[i] >= 0.5;
        }
        return cleanup.apply(coarse.with(refined)).toImage();
    }

    /** {@code mean(a) * guide + mean(b)}, where in each window a and b are the best linear fit of the mask. */
    private double[] filtered(double[] guide, double[] mask, int width, int height) {
        double[] meanGuide = mean(guide, width, height);
        double[] meanMask = mean(mask, width, height);
        double[] covariance = mean(product(guide, mask), width, height);
        double[] variance = mean(product(guide, guide), width, height);
        double[] a = new double[guide.length];
        double[] b = new double[guide.length];
        for (int i = 0; i < a.length; i++) {
            a[i] = (covariance[i] - meanGuide[i] * meanMask[i]) / (variance[i] - meanGuide[i] * meanGuide[i] + epsilon);
            b[i] = meanMask[i] - a[i] * meanGuide[i];
        }
        double[] slope = mean(a, width, height);
        double[] offset = mean(b, width, height);
        double[] result = product(slope, guide);
        for (int i = 0; i < result.length; i++) {
            result[i] += offset[i];
        }
        return result;
    }

    /** The mean over the square window, cut at the image's border. */
    private double[] mean(double[] plane, int width, int height) {
        double[] sums = new double[(width + 1) * (height + 1)];
        for (int y = 0; y < height; y++) {
            double row = 0;
            for (int x = 0; x < width; x++) {
                row += plane[y * width + x];
                sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
            }
        }
        double[] means = new double[plane.length];
        for (int i = 0; i < means.length; i++) {
            int left = Math.max(0, i % width - radius);
            int right = Math.min(width, i % width + radius + 1);
            int top = Math.max(0, i / width - radius) * (width + 1);
            int bottom = Math.min(height, i / width + radius + 1) * (width + 1);
            double sum = sums[bottom + right] - sums[bottom + left] - sums[top + right] + sums[top + left];
            means[i] = sum * (width + 1) / ((double) (right - left) * (bottom - top));
        }
        return means;
    }

    private static double[] product(double[] one, double[] other) {
        double[] product = new double[one.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = one[i] * other[i];
        }
        return product;
    }

    private static double[] guide(BufferedImage image) {
        byte[] levels = Pixels.gray(image).levels();
        double[] guide = new double[levels.length];
        for (int i = 0; i < guide.length; i++) {
            guide[i] = (levels[i] & 0xff) / 255.0;
        }
        return guide;
    }

    private static double[] indicator(BinaryMask mask) {
        double[] indicator = new double[mask.set().length];
        for (int i = 0; i < indicator.length; i++) {
            indicator[i] = mask.set()[i] ? 1 : 0;
        }
        return indicator;
    }
}
