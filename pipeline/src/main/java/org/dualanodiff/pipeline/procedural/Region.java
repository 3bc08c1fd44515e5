package org.dualanodiff.pipeline.procedural;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Grows a region out of simple parts, each drawn within its own bounding box only. Depths are in pixels, positive
 * inside; far outside they are {@value #OUTSIDE}.
 */
final class Region {
    private static final int OUTSIDE = -20;
    /** How far outside of a part its depth is still exact. */
    private static final double MARGIN = 9;

    private final float[] depth = new float[Plane.AREA];

    Region() {
        Arrays.fill(depth, OUTSIDE);
    }

    Plane depth() {
        return new Plane(depth.clone());
    }

    /**
     * An ellipse whose outline noise pushes in and out.
     *
     * @param radius    of the circle of the same area
     * @param roughness at most by this share of the radius
     */
    Region blob(Point center, double radius, double roughness, Dice dice) {
        Noise noise = Noise.random(dice);
        Point axis = dice.direction();
        double stretch = Math.sqrt(dice.between(1, 2.2));
        double waves = dice.between(1, 2.2) / radius;
        return add(center, radius * (stretch + roughness), (x, y) -> {
            double dx = x - center.x();
            double dy = y - center.y();
            double u = (dx * axis.x() + dy * axis.y()) / stretch;
            double v = (dy * axis.x() - dx * axis.y()) * stretch;
            double push = 1 + 2 * roughness * (noise.fractal(waves * dx, waves * dy) - 0.5);
            return radius * push - Math.sqrt(u * u + v * v);
        });
    }

    /** A polygon around a center, with sharp corners. */
    Region shard(Point center, double radius, Dice dice) {
        int sides = dice.whole(3, 6);
        double turn = dice.angle();
        double[] distances =
                dice.random().doubles(sides, 0.55 * radius, 1.1 * radius).toArray();
        List<Point> normals = IntStream.range(0, sides)
                .mapToObj(side -> Point.direction(turn + 2 * StrictMath.PI * side / sides))
                .toList();
        return add(center, 2.2 * radius, (x, y) -> {
            double inside = 2.2 * radius - center.distance(x, y);
            for (int side = 0; side < sides; side++) {
                Point normal = normals.get(side);
                double along = normal.x() * (x - center.x()) + normal.y() * (y - center.y());
                inside = Math.min(inside, distances[side] - along);
            }
            return inside;
        });
    }

    /** A line through some points, {@code from} half wide at its beginning and {@code to} at its end. */
    Region line(List<Point> points, double from, double to) {
        int segments = points.size() - 1;
        for (int i = 0; i < segments; i++) {
            double first = Ramp.between(from, to, (double) i / segments);
            segment(points.get(i), points.get(i + 1), first, Ramp.between(from, to, (i + 1.0) / segments));
        }
        return this;
    }

    /** A straight piece of a line with round ends. */
    Region segment(Point from, Point to, double halfWidthFrom, double halfWidthTo) {
        double dx = to.x() - from.x();
        double dy = to.y() - from.y();
        double squared = Math.max(1e-9, dx * dx + dy * dy);
        Point middle = new Point(from.x() + dx / 2, from.y() + dy / 2);
        double reach = Math.sqrt(squared) / 2 + Math.max(halfWidthFrom, halfWidthTo);
        return add(middle, reach, (x, y) -> {
            double t = Ramp.clamp(((x - from.x()) * dx + (y - from.y()) * dy) / squared);
            double u = x - from.x() - t * dx;
            double v = y - from.y() - t * dy;
            return Ramp.between(halfWidthFrom, halfWidthTo, t) - Math.sqrt(u * u + v * v);
        });
    }

    /** Any other part, exact within {@code reach} of its center. */
    Region add(Point center, double reach, Field part) {
        double whole = reach + MARGIN;
        int right = Plane.clamp((int) Math.ceil(center.x() + whole));
        int bottom = Plane.clamp((int) Math.ceil(center.y() + whole));
        for (int y = Plane.clamp((int) (center.y() - whole)); y <= bottom; y++) {
            for (int x = Plane.clamp((int) (center.x() - whole)); x <= right; x++) {
                int i = y * Plane.SIZE + x;
                depth[i] = Math.max(depth[i], (float) part.at(x, y));
            }
        }
        return this;
    }
}
