package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * Fréchet inception distance (Heusel et al. 2017): {@code |mu1 - mu2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)}, covariances
 * with divisor N - 1 and nothing added to their diagonals. The last trace is the sum of the roots of the eigenvalues of
 * {@code S1^(1/2) S2 S1^(1/2)}; negative round-off counts as 0.
 */
public final class FrechetDistance {

    private FrechetDistance() {}

    /**
     * @param real one row of features an image
     * @param generated the same for generated images
     * @throws IllegalArgumentException if either set has fewer than two rows
     */
    public static double between(float[][] real, float[][] generated) {
        Gaussian first = Gaussian.of(real);
        Gaussian second = Gaussian.of(generated);
        double distance = 0;
        for (int i = 0; i < first.mean.length; i++) {
            double difference = first.mean[i] - second.mean[i];
            distance += difference * difference;
        }
        return distance
                + first.covariance.getTrace()
                + second.covariance.getTrace()
                - 2 * traceOfRoot(first.covariance, second.covariance);
    }

    private static double traceOfRoot(RealMatrix first, RealMatrix second) {
        RealMatrix root = root(first);
        RealMatrix product = root.multiply(second).multiply(root);
        // Rounding leaves it not quite symmetric, and the solver would then look for complex eigenvalues.
        RealMatrix symmetric = product.add(product.transpose()).scalarMultiply(0.5);
        return Arrays.stream(new EigenDecomposition(symmetric).getRealEigenvalues())
                .map(FrechetDistance::rootOf)
                .sum();
    }

    private static RealMatrix root(RealMatrix symmetric) {
        EigenDecomposition parts = new EigenDecomposition(symmetric);
        double[] roots = Arrays.stream(parts.getRealEigenvalues())
                .map(FrechetDistance::rootOf)
                .toArray();
        return parts.getV()
                .multiply(MatrixUtils.createRealDiagonalMatrix(roots))
                .multiply(parts.getVT());
    }

    private static double rootOf(double eigenvalue) {
        return Math.sqrt(Math.max(0, eigenvalue));
    }

    private record Gaussian(double[] mean, RealMatrix covariance) {

        static Gaussian of(float[][] rows) {
            if (rows.length < 2) {
                throw new IllegalArgumentException(
                        "the Fréchet distance needs two images or more in each set, was " + rows.length);
            }
            double[] mean = new double[rows[0].length];
            for (float[] row : rows) {
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += (double) row[i] / rows.length;
                }
            }
            return new Gaussian(mean, covariance(rows, mean));
        }

        private static RealMatrix covariance(float[][] rows, double[] mean) {
            double[][] sums = new double[mean.length][mean.length];
            double[] centered = new double[mean.length];
            for (float[] row : rows) {
                for (int i = 0; i < mean.length; i++) {
                    centered[i] = row[i] - mean[i];
                }
                addOuterProduct(sums, centered);
            }
            mirror(sums, rows.length - 1.0);
            return new Array2DRowRealMatrix(sums, false);
        }

        private static void addOuterProduct(double[][] sums, double[] centered) {
            for (int i = 0; i < centered.length; i++) {
                for (int j = 0; j <= i; j++) {
                    sums[i][j] += centered[i] * centered[j];
                }
            }
        }

        private static void mirror(double[][] sums, double divisor) {
            for (int i = 0; i < sums.length; i++) {
                for (int j = 0; j <= i; j++) {
                    sums[i][j] /= divisor;
                    sums[j][i] = sums[i][j];
                }
            }
        }
    }
}
