package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;

/** Inception score (Salimans et al. 2016) over one split. */
public final class InceptionScore {

    private InceptionScore() {}

    /**
     * {@code exp} of the mean divergence of the rows from their mean; {@code 0 ln 0} is 0 and no epsilon is added.
     *
     * @param probabilities one row an image, each adding up to 1
     */
    public static double of(double[][] probabilities) {
        if (probabilities.length == 0) {
            throw new IllegalArgumentException("the inception score needs at least one image");
        }
        double[] mean = new double[probabilities[0].length];
        for (double[] row : probabilities) {
            for (int k = 0; k < mean.length; k++) {
                mean[k] += row[k] / probabilities.length;
            }
        }
        double sum = 0;
        for (double[] row : probabilities) {
            sum += divergence(row, mean);
        }
        return Math.exp(sum / probabilities.length);
    }

    private static double divergence(double[] row, double[] mean) {
        double sum = 0;
        for (int k = 0; k < row.length; k++) {
            sum += row[k] == 0 ? 0 : row[k] * (Math.log(row[k]) - Math.log(mean[k]));
        }
        return sum;
    }

    /** Probabilities of logits. */
    static double[] softmax(float[] logits) {
        double highest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        double[] shares = new double[logits.length];
        for (int k = 0; k < shares.length; k++) {
            shares[k] = Math.exp(logits[k] - highest);
        }
        double sum = Arrays.stream(shares).sum();
        return Arrays.stream(shares).map(share -> share / sum).toArray();
    }
}
