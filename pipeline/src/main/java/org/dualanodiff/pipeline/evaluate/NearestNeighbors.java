package org.dualanodiff.pipeline.evaluate;

import java.util.stream.IntStream;
import java.util.Optional;
import java.util.List;
import java.util.Arrays;
import java.util.ArrayList;

/** Distances between feature vectors, and who is nearest. */
public final class NearestNeighbors {

    private NearestNeighbors() {}

    /** The nearest training image of a generated one. */
    public record Neighbor(int training, double distance) {}

    /** For each row of {@code generated} the nearest row of {@code training}; of equally near ones the first. */
    public static Neighbor[] of(float[][] generated, float[][] training) {
        double[][] distances = distances(generated, training);
        Neighbor[] neighbors = new Neighbor[generated.length];
        for (int g = 0; g < neighbors.length; g++) {
            int nearest = nearest(distances[g]);
            neighbors[g] = new Neighbor(nearest, distances[g][nearest]);
        }
        return neighbors;
    }

    /** Squared Euclidean distances: {@code [a][b]}. */
    public static double[][] distances(float[][] a, float[][] b) {
        double[][] distances = new double[a.length][b.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                distances[i][j] = squaredDistance(a[i], b[j]);
            }
        }
        return distances;
    }

    static int nearest(double[] distances) {
        if (distances.length == 0) {
            throw new IllegalArgumentException("there is no training image to be near to");
        }
        int nearest = 0;
        for (int i = 1; i < distances.length; i++) {
            nearest = distances[i] < distances[nearest] ? i : nearest;
        }
        return nearest;
    }

    private static double squaredDistance(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double difference = (double) x[i] - y[i];
            sum += difference * difference;
        }
        return sum;
    }

    /**
     * Diversity within clusters, IC-LPIPS where distances are LPIPS (Ojha et al. 2021): each generated image joins the cluster of
     * its nearest training image; a cluster's value is the mean distance of its pairs.
     *
     * @param value mean over the clusters that have two members or more; empty if none has
     * @param assignment the training image of each generated one
     * @param perCluster one a training image, empty for clusters with fewer than two members
     */
    public record ClusterDistance(Optional<Double> value, int[] assignment, List<Optional<Double>> perCluster) {

        /**
         * @param toTraining {@code [generated][training]}; of equally near training images the first counts
         * @param amongGenerated {@code [generated][generated]}, symmetric
         */
        public static ClusterDistance of(double[][] toTraining, double[][] amongGenerated) {
            int[] assignment = new int[toTraining.length];
            for (int g = 0; g < assignment.length; g++) {
                assignment[g] = NearestNeighbors.nearest(toTraining[g]);
            }
            int clusters = toTraining.length == 0 ? 0 : toTraining[0].length;
            List<Optional<Double>> perCluster = new ArrayList<>();
            for (int cluster = 0; cluster < clusters; cluster++) {
                perCluster.add(meanOfPairs(members(assignment, cluster), amongGenerated));
            }
            double[] used = perCluster.stream()
                    .flatMap(Optional::stream)
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            Optional<Double> value = used.length == 0
                    ? Optional.empty()
                    : Optional.of(Arrays.stream(used).average().orElseThrow());
            return new ClusterDistance(value, assignment, perCluster);
        }

        private static int[] members(int[] assignment, int cluster) {
            return IntStream.range(0, assignment.length)
                    .filter(g -> assignment[g] == cluster)
                    .toArray();
        }

        private static Optional<Double> meanOfPairs(int[] members, double[][] distances) {
            double sum = 0;
            int pairs = 0;
            for (int i = 0; i < members.length; i++) {
                for (int j = i + 1; j < members.length; j++) {
                    sum += distances[members[i]][members[j]];
                    pairs++;
                }
            }
            return pairs == 0 ? Optional.empty() : Optional.of(sum / pairs);
        }
    }
}
