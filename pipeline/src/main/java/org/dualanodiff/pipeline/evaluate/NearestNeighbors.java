package org.dualanodiff.pipeline.evaluate;

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
}
