package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * Fréchet inception distance (Heusel et al. 2017): {@code |mu1 - mu2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)}, covariances
 * with divisor N - 1 and nothing added to their diagonals. With {@code S1 = A'A} and {@code S2 = B'B} the last trace is the
 * sum of the singular values of {@code AB'}. That holds for any number of images; an eigenvalue solver need not converge on
 * the covariances of fewer images than features.
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
        return distance + first.variance() + second.variance() - 2 * traceOfRoot(first.factor, second.factor);
    }

    private static double traceOfRoot(RealMatrix first, RealMatrix second) {
        RealMatrix product = first.multiply(second.transpose());
        return Arrays.stream(new SingularValueDecomposition(product).getSingularValues())
                .sum();
    }

    /** @param factor the covariance is its transpose times itself; no more rows than features */
    private record Gaussian(double[] mean, RealMatrix factor) {

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
            return new Gaussian(mean, factor(rows, mean));
        }

        private static RealMatrix factor(float[][] rows, double[] mean) {
            int features = mean.length;
            double[][] centered = new double[rows.length][features];
            for (int n = 0; n < rows.length; n++) {
                for (int i = 0; i < features; i++) {
                    centered[n][i] = (rows[n][i] - mean[i]) / Math.sqrt(rows.length - 1.0);
                }
            }
            RealMatrix all = new Array2DRowRealMatrix(centered, false);
            return rows.length <= features
                    ? all
                    : new QRDecomposition(all).getR().getSubMatrix(0, features - 1, 0, features - 1);
        }

        /** Trace of the covariance. */
        double variance() {
            double norm = factor.getFrobeniusNorm();
            return norm * norm;
        }
    }
}
