package org.dualanodiff.pipeline.evaluate;

import org.apache.commons.rng.UniformRandomProvider;

/** Gradient noise on a lattice (Perlin 2002), about -1 to 1. */
final class PerlinNoise {

    private final int columns;
    private final int rows;
    private final double[] gradientX;
    private final double[] gradientY;

    /** @param columns cells across; @param rows cells down */
    PerlinNoise(int columns, int rows, UniformRandomProvider random) {
        this.columns = columns;
        this.rows = rows;
        int corners = (columns + 1) * (rows + 1);
        gradientX = new double[corners];
        gradientY = new double[corners];
        for (int i = 0; i < corners; i++) {
            double angle = 2 * Math.PI * random.nextDouble();
            gradientX[i] = Math.cos(angle);
            gradientY[i] = Math.sin(angle);
        }
    }

    /** The noise at a place in units of the whole, 0 to 1 each way; 0 outside. */
    double at(double x, double y) {
        if (x < 0 || y < 0 || x >= 1 || y >= 1) {
            return 0;
        }
        double u = x * columns;
        double v = y * rows;
        int column = (int) u;
        int row = (int) v;
        double right = u - column;
        double below = v - row;
        double upper = mix(slope(column, row, right, below), slope(column + 1, row, right - 1, below), fade(right));
        double lower = mix(
                slope(column, row + 1, right, below - 1),
                slope(column + 1, row + 1, right - 1, below - 1),
                fade(right));
        return Math.sqrt(2) * mix(upper, lower, fade(below));
    }

    private double slope(int column, int row, double x, double y) {
        int corner = row * (columns + 1) + column;
        return gradientX[corner] * x + gradientY[corner] * y;
    }

    private static double fade(double t) {
        return t * t * t * (t * (t * 6 - 15) + 10);
    }

    private static double mix(double a, double b, double share) {
        return a + share * (b - a);
    }
}
