package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Image;

/** Squared Euclidean distances between rows, an image each: of its levels, or of what a network makes of it. */
public final class ImageDistances {

    private ImageDistances() {}

    /** One row an image: its levels from 0 to 1. */
    static float[][] levels(Stream<Image> images) {
        return images.map(Image::unit).toArray(float[][]::new);
    }

    /** {@code [a][b]}. */
    public static double[][] squared(float[][] a, float[][] b) {
        double[][] distances = new double[a.length][b.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                distances[i][j] = squared(a[i], b[j]);
            }
        }
        return distances;
    }

    private static double squared(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double difference = (double) x[i] - y[i];
            sum += difference * difference;
        }
        return sum;
    }

    /** Distances, not squared, of each row to the nearest of some others, at least one. */
    static double[] toNearest(float[][] rows, float[][] others) {
        return Arrays.stream(squared(rows, others))
                .mapToDouble(distances -> Math.sqrt(distances[nearest(distances)]))
                .toArray();
    }

    /** The mean distance, not squared, of any two of the rows. */
    static double meanWithin(float[][] rows) {
        double sum = Arrays.stream(squared(rows, rows))
                .flatMapToDouble(Arrays::stream)
                .map(Math::sqrt)
                .sum();
        return sum / (rows.length * (rows.length - 1.0));
    }

    /** Of equally near ones the first. */
    private static int nearest(double[] distances) {
        if (distances.length == 0) {
            throw new IllegalArgumentException("there is no training image to be near to");
        }
        int nearest = 0;
        for (int i = 1; i < distances.length; i++) {
            nearest = distances[i] < distances[nearest] ? i : nearest;
        }
        return nearest;
    }

    /**
     * Diversity within clusters, IC-LPIPS where distances are LPIPS (Ojha et al. 2021): each generated image joins the
     * cluster of its nearest training image; a cluster's value is the mean distance of its pairs.
     *
     * @param value mean over the clusters that have two members or more; empty if none has
     * @param assignment the training image of each generated one
     * @param perCluster one a training image, null for clusters with fewer than two members
     */
    public record WithinClusters(Optional<Double> value, int[] assignment, Double[] perCluster) {

        /**
         * @param toTraining {@code [generated][training]}; of equally near training images the first counts
         * @param amongGenerated {@code [generated][generated]}, symmetric
         */
        public static WithinClusters of(double[][] toTraining, double[][] amongGenerated) {
            int[] assignment =
                    Arrays.stream(toTraining).mapToInt(ImageDistances::nearest).toArray();
            int clusters = toTraining.length == 0 ? 0 : toTraining[0].length;
            Double[] perCluster = IntStream.range(0, clusters)
                    .mapToObj(cluster -> meanOfPairs(members(assignment, cluster), amongGenerated))
                    .toArray(Double[]::new);
            List<Double> used =
                    Arrays.stream(perCluster).filter(Objects::nonNull).toList();
            Optional<Double> value = used.isEmpty()
                    ? Optional.empty()
                    : Optional.of(used.stream().mapToDouble(d -> d).average().orElseThrow());
            return new WithinClusters(value, assignment, perCluster);
        }

        private static int[] members(int[] assignment, int cluster) {
            return IntStream.range(0, assignment.length)
                    .filter(g -> assignment[g] == cluster)
                    .toArray();
        }

        private static Double meanOfPairs(int[] members, double[][] distances) {
            double sum = 0;
            int pairs = 0;
            for (int i = 0; i < members.length; i++) {
                for (int j = i + 1; j < members.length; j++) {
                    sum += distances[members[i]][members[j]];
                    pairs++;
                }
            }
            return pairs == 0 ? null : sum / pairs;
        }
    }
}
