package org.dualanodiff.pipeline.procedural;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.procedural.Field.Interpolation;

/** Shapes by the depth of each point below their outline, in pixels: positive inside, negative outside. */
final class Shapes {
    private static final double STEP = 5;
    /** Outlines are exact up to here; beyond, a shape may say less than the true distance. */
    private static final double FAR = 12;

    private Shapes() {}

    static Field disc(Point center, double radius) {
        return (x, y) -> radius - center.distance(x, y);
    }

    /** A circular line. */
    static Field circle(Point center, double radius, double halfWidth) {
        return (x, y) -> halfWidth - Math.abs(radius - center.distance(x, y));
    }

    /** A rectangle about the origin with round corners. */
    static Field box(double halfWidth, double halfHeight, double corner) {
        return (x, y) -> {
            double dx = Math.abs(x) - halfWidth + corner;
            double dy = Math.abs(y) - halfHeight + corner;
            double outside = Point.ORIGIN.distance(Math.max(dx, 0), Math.max(dy, 0));
            return corner - outside - Math.min(0, Math.max(dx, dy));
        };
    }

    /** @param distances of the sides from the center, which are turned by equal angles */
    static Field polygon(Point center, double turn, double... distances) {
        List<Point> normals = IntStream.range(0, distances.length)
                .mapToObj(side -> Point.direction(turn + side * StrictMath.PI / (distances.length / 2.0)))
                .toList();
        return (x, y) -> {
            Point place = new Point(x - center.x(), y - center.y());
            double depth = 1e3;
            for (int side = 0; side < distances.length; side++) {
                depth = Math.min(depth, distances[side] - normals.get(side).dot(place));
            }
            return depth;
        };
    }

    /** A disc whose outline is pushed in and out by noise, at most by {@code roughness} times the radius. */
    static Field blob(Point center, double radius, double roughness, PictureRandom random) {
        Noise noise = random.noise();
        double scale = 1.6 / radius;
        Point axis = Point.direction(random.uniform(0, StrictMath.PI));
        double stretch = random.uniform(1.0, 1.5);
        return (x, y) -> {
            double dx = x - center.x();
            double dy = y - center.y();
            double u = (dx * axis.x() - dy * axis.y()) / stretch;
            double v = (dx * axis.y() + dy * axis.x()) * stretch;
            double distance = Math.sqrt(u * u + v * v);
            double deepest = radius * (1 + roughness) - distance;
            return deepest < -FAR
                    ? deepest
                    : radius * (1 + 2 * roughness * (noise.fractal(x * scale, y * scale) - 0.5)) - distance;
        };
    }

    /** @param halfWidth of each piece of the line, given its number, counted from a half, and the number of pieces */
    static Field line(List<Point> points, DoubleBinaryOperator halfWidth) {
        int pieces = points.size() - 1;
        double[] widths = IntStream.range(0, pieces)
                .mapToDouble(i -> halfWidth.applyAsDouble(i + 0.5, pieces))
                .toArray();
        return (x, y) -> {
            double deepest = -1e3;
            for (int i = 0; i < pieces; i++) {
                deepest = Math.max(deepest, widths[i] - distance(points.get(i), points.get(i + 1), x, y));
            }
            return deepest;
        };
    }

    /**
     * The points of a line that wanders, some pixels apart.
     *
     * @param heading of the first step, in radians
     * @param length  in pixels
     * @param wander  largest random change of heading a step, in radians: the line's roughness
     * @param bend    steady change of heading a step, in radians: the line's curvature
     */
    static List<Point> walk(
            Point start, double heading, double length, double wander, double bend, PictureRandom random) {
        List<Point> points = new ArrayList<>(List.of(start));
        double angle = heading;
        for (double walked = 0; walked < length; walked += STEP) {
            points.add(points.get(points.size() - 1).plus(Point.direction(angle), STEP));
            angle += bend + random.uniform(-wander, wander);
        }
        return points;
    }

    private static double distance(Point from, Point to, double x, double y) {
        double dx = to.x() - from.x();
        double dy = to.y() - from.y();
        double t = Interpolation.clamp(((x - from.x()) * dx + (y - from.y()) * dy) / (dx * dx + dy * dy));
        double u = from.x() + t * dx - x;
        double v = from.y() + t * dy - y;
        return Math.sqrt(u * u + v * v);
    }
}
