package org.dualanodiff.pipeline.background;

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
