package org.dualanodiff.pipeline.procedural;

/** Cellular noise (Worley): each unit square holds one seed point, and a place belongs to the nearest. */
record Cells(Noise noise) {
    /** How far inside its cell a place lies: 0 on the border between two cells, about 1 at a seed point. */
    double inside(double x, double y) {
        int column = (int) Math.floor(x);
        int row = (int) Math.floor(y);
        double nearest = 9;
        double second = 9;
        for (int j = row - 1; j <= row + 1; j++) {
            for (int i = column - 1; i <= column + 1; i++) {
                double distance = squaredDistance(i, j, x, y);
                second = Math.min(second, Math.max(distance, nearest));
                nearest = Math.min(nearest, distance);
            }
        }
        return Math.sqrt(second) - Math.sqrt(nearest);
    }

    private double squaredDistance(int column, int row, double x, double y) {
        double dx = column + noise.unit(column, row) - x;
        double dy = row + noise.unit(column + 101, row + 57) - y;
        return dx * dx + dy * dy;
    }
}
