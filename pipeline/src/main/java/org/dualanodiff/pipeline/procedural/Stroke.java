package org.dualanodiff.pipeline.procedural;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/** A line that wanders, thickest in its middle. */
public record Stroke(List<Point> points, double halfWidth) implements Shape {
    private static final double STEP = 5;

    /**
     * @param middle where it passes
     * @param length of the line, in pixels
     * @param wander largest change of heading a step, in radians
     */
    public static Stroke through(
            Point middle, double length, double halfWidth, double wander, UniformRandomProvider random) {
        double heading = random.nextDouble(2 * StrictMath.PI);
        List<Point> points = walk(middle, heading + StrictMath.PI, length / 2, wander, random);
        Collections.reverse(points);
        List<Point> ahead = walk(middle, heading, length / 2, wander, random);
        points.addAll(ahead.subList(1, ahead.size()));
        return new Stroke(List.copyOf(points), halfWidth);
    }

    @Override
    public double depth(double x, double y) {
        double deepest = -1e3;
        int segments = points.size() - 1;
        for (int i = 0; i < segments; i++) {
            double thickness = halfWidth * (0.4 + 0.6 * StrictMath.sin(StrictMath.PI * (i + 0.5) / segments));
            deepest = Math.max(deepest, thickness - distance(points.get(i), points.get(i + 1), x, y));
        }
        return deepest;
    }

    private static List<Point> walk(
            Point start, double heading, double length, double wander, UniformRandomProvider random) {
        List<Point> points = new ArrayList<>(List.of(start));
        double angle = heading;
        for (double walked = 0; walked < length; walked += STEP) {
            points.add(points.get(points.size() - 1).plus(Point.direction(angle), STEP));
            angle += random.nextDouble(-wander, wander);
        }
        return points;
    }

    private static double distance(Point from, Point to, double x, double y) {
        Point along = new Point(to.x() - from.x(), to.y() - from.y());
        double t = Ramp.clamp(new Point(x - from.x(), y - from.y()).dot(along) / along.dot(along));
        return from.plus(along, t).distance(x, y);
    }
}
