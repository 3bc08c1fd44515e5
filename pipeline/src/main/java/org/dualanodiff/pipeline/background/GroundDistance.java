package org.dualanodiff.pipeline.background;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.BoxMean;
import org.dualanodiff.model.image.Image;

/**
 * How far each place of a photograph is from the color of its ground.
 *
 * <p>The photograph is reduced first, so that noise and grain average out and the cost does not grow with the camera.
 * The ground's color is learned from a ring along the borders of this very photograph, since exposure, white
 * balance and the fall of the light differ from one to the next.
 *
 * <p>A shadow is the ground's color times a factor below one. Darkening without a change of color therefore counts
 * little as long as a shadow explains it, and more and more beyond half; a slight brightening counts little, too. This is the split into brightness and
 * chromaticity distortion of Horprasert, Harwood and Davis, "A statistical approach for real-time robust background
 * subtraction and shadow detection", 1999.
 *
 * @param factor   edge in pixels of the square that became one place
 * @param distance {@code (height, width)}, row major, in levels, 0 on the ground
 * @param ring     {@code (3, n)}: levels of the n places along the borders
 * @param noise    distance that nearly all of those n places stay below
 */
record GroundDistance(int width, int height, int factor, float[] distance, float[][] ring, double noise) {
    /** Shorter side of the reduced photograph, at least, where the photograph has that much. */
    private static final int SIDE = 128;
    /** Width of the border ring, as a part of the shorter side. */
    private static final double RING = 0.04;
    /** What is left of a darkening that a shadow explains. */
    private static final double SHADOW = 0.2;
    /** The darkest shadow: it takes this part of the light. */
    private static final double DEEPEST = 0.5;

    /** What is left of a brightening that uneven light explains. */
    private static final double UNEVEN = 0.25;
    /** The most uneven light: it adds this part of the light. */
    private static final double MOST_UNEVEN = 0.2;

    private static final double NEARLY_ALL = 0.95;

    static GroundDistance of(BufferedImage photograph) {
        int factor = Math.max(1, Math.min(photograph.getWidth(), photograph.getHeight()) / SIDE);
        int width = photograph.getWidth() / factor;
        int height = photograph.getHeight() / factor;
        double[][] planes = planes(Image.rgb(photograph), factor, width, height);
        int[] places = ringPlaces(width, height);
        float[][] ring = new float[3][];
        GroundPlane[] ground = new GroundPlane[3];
        float[] x = picked(places, i -> across(i % width, width));
        float[] y = picked(places, i -> across(i / width, height));
        for (int c = 0; c < 3; c++) {
            double[] plane = planes[c];
            ring[c] = picked(places, i -> plane[i]);
            ground[c] = GroundPlane.fitted(x, y, ring[c]);
        }
        float[] distance = distances(planes, ground, width, height);
        float[] around = picked(places, i -> distance[i]);
        return new GroundDistance(width, height, factor, distance, ring, quantile(around, NEARLY_ALL));
    }

    /** {@code (3, height * width)}: the mean over 3 x 3 places of the reduced photograph. */
    private static double[][] planes(Image pixels, int factor, int width, int height) {
        double[][] planes = new double[3][];
        for (int c = 0; c < 3; c++) {
            planes[c] = BoxMean.of(reduced(pixels, c, factor, width, height), width, height, 1);
        }
        return planes;
    }

    private static float[] distances(double[][] planes, GroundPlane[] ground, int width, int height) {
        float[] distances = new float[width * height];
        for (int i = 0; i < distances.length; i++) {
            distances[i] = (float) distance(planes, i, ground, across(i % width, width), across(i / width, height));
        }
        return distances;
    }

    /** The middle one of the values in ascending order. */
    static float median(float[] values) {
        return quantile(values, 0.5);
    }

    private static float quantile(float[] values, double share) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (share * (sorted.length - 1))];
    }

    private static float[] picked(int[] places, IntToDoubleFunction value) {
        float[] picked = new float[places.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = (float) value.applyAsDouble(places[i]);
        }
        return picked;
    }

    /** From -1 at the first to 1 at the last of {@code count} places. */
    private static double across(int at, int count) {
        return (2.0 * at + 1) / count - 1;
    }

    private static double distance(double[][] planes, int place, GroundPlane[] ground, double x, double y) {
        double lengths = 0;
        double product = 0;
        for (int c = 0; c < 3; c++) {
            double level = ground[c].at(x, y);
            lengths += level * level;
            product += level * planes[c][place];
        }
        double along = product / Math.max(1, lengths);
        double brightness = along >= 1 ? brightening(along - 1) : darkening(1 - along);
        double squares = brightness * brightness * lengths;
        for (int c = 0; c < 3; c++) {
            double off = planes[c][place] - along * ground[c].at(x, y);
            squares += off * off;
        }
        return Math.sqrt(squares);
    }

    /** Continuous and rising; what uneven light explains counts less. */
    private static double brightening(double added) {
        return UNEVEN * Math.min(added, MOST_UNEVEN) + Math.max(0, added - MOST_UNEVEN);
    }

    /** Continuous and rising, 0 for no darkening and 1 for black. */
    private static double darkening(double taken) {
        double explained = SHADOW * Math.min(taken, DEEPEST);
        double rest = Math.max(0, taken - DEEPEST) / (1 - DEEPEST);
        return explained + rest * (1 - SHADOW * DEEPEST);
    }

    private static double[] reduced(Image pixels, int channel, int factor, int width, int height) {
        double[] plane = new double[width * height];
        for (int y = 0; y < height * factor; y++) {
            for (int x = 0; x < width * factor; x++) {
                plane[y / factor * width + x / factor] += pixels.level(channel, y, x);
            }
        }
        for (int i = 0; i < plane.length; i++) {
            plane[i] /= factor * factor;
        }
        return plane;
    }

    private static int[] ringPlaces(int width, int height) {
        int ring = Math.max(1, (int) Math.round(RING * Math.min(width, height)));
        return IntStream.range(0, width * height)
                .filter(i -> {
                    int x = i % width;
                    int y = i / width;
                    return Math.min(Math.min(x, y), Math.min(width - 1 - x, height - 1 - y)) < ring;
                })
                .toArray();
    }

    /**
     * One channel of the ground under light that falls off evenly: {@code level + acrossX * x + acrossY * y}, with x and y
     * from -1 to 1 over the picture.
     */
    record GroundPlane(double level, double acrossX, double acrossY) {
        private static final int ROUNDS = 4;
        /** In standard deviations, which are 1.48 median absolute deviations where the ground's grain is bell-shaped. */
        private static final double OUTLIER = 3 * 1.48;

        /**
         * The plane of least squares through the places of the ring, without those that lie far off the plane found before:
         * an object that enters the picture does not tilt it. The first plane is level, at the median.
         *
         * @param x      in -1..1
         * @param y      in -1..1
         * @param levels of the same places
         */
        static GroundPlane fitted(float[] x, float[] y, float[] levels) {
            GroundPlane plane = new GroundPlane(GroundDistance.median(levels), 0, 0);
            for (int round = 0; round < ROUNDS; round++) {
                float[] off = plane.deviations(x, y, levels);
                double most = Math.max(1, OUTLIER * GroundDistance.median(off));
                plane = leastSquares(x, y, levels, off, most);
            }
            return plane;
        }

        double at(double x, double y) {
            return level + acrossX * x + acrossY * y;
        }

        /** Absolute deviations from this plane. */
        private float[] deviations(float[] x, float[] y, float[] levels) {
            float[] off = new float[levels.length];
            for (int i = 0; i < off.length; i++) {
                off[i] = (float) Math.abs(levels[i] - at(x[i], y[i]));
            }
            return off;
        }

        /** Normal equations by Cramer's rule; places off by more than {@code most} are left out. */
        private static GroundPlane leastSquares(float[] x, float[] y, float[] levels, float[] off, double most) {
            double[] ones = new double[3];
            double[] xs = new double[3];
            double[] ys = new double[3];
            double[] right = new double[3];
            for (int i = 0; i < off.length; i++) {
                if (off[i] <= most) {
                    add(ones, x[i], y[i], 1);
                    add(xs, x[i], y[i], x[i]);
                    add(ys, x[i], y[i], y[i]);
                    add(right, x[i], y[i], levels[i]);
                }
            }
            double all = determinant(ones, xs, ys);
            return all < 1e-6
                    ? new GroundPlane(right[0] / Math.max(1, ones[0]), 0, 0)
                    : new GroundPlane(
                            determinant(right, xs, ys) / all,
                            determinant(ones, right, ys) / all,
                            determinant(ones, xs, right) / all);
        }

        private static void add(double[] column, double x, double y, double factor) {
            column[0] += factor;
            column[1] += x * factor;
            column[2] += y * factor;
        }

        private static double determinant(double[] a, double[] b, double[] c) {
            return a[0] * (b[1] * c[2] - b[2] * c[1])
                    - b[0] * (a[1] * c[2] - a[2] * c[1])
                    + c[0] * (a[1] * b[2] - a[2] * b[1]);
        }
    }
}
