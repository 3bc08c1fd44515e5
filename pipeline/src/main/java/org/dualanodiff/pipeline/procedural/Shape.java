package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/** A region given by the depth of each point below its outline, in pixels: positive inside, negative outside. */
@FunctionalInterface
public interface Shape {
    /** The whole plane. */
    Shape EVERYWHERE = (x, y) -> 1e3;

    double depth(double x, double y);

    default Shape and(Shape other) {
        return (x, y) -> Math.min(depth(x, y), other.depth(x, y));
    }

    default Shape without(Shape other) {
        return (x, y) -> Math.min(depth(x, y), -other.depth(x, y));
    }

    /** How much of the pixel the region covers, 0..1. */
    default double coverage(double x, double y) {
        return Ramp.clamp(depth(x, y) + 0.5);
    }

    static Shape disc(Point center, double radius) {
        return (x, y) -> radius - center.distance(x, y);
    }

    /** A disc whose outline is pushed in and out by noise, at most by {@code roughness} times the radius. */
    static Shape blob(Point center, double radius, double roughness, UniformRandomProvider random) {
        ValueNoise noise = new ValueNoise(random.nextLong());
        double scale = 1.6 / radius;
        double angle = random.nextDouble(StrictMath.PI);
        double stretch = random.nextDouble(1.0, 1.5);
        return (x, y) -> {
            Point turned = new Point(x - center.x(), y - center.y()).rotated(angle);
            double distance = new Point(0, 0).distance(turned.x() / stretch, turned.y() * stretch);
            return radius * (1 + 2 * roughness * (noise.fractal(x * scale, y * scale) - 0.5)) - distance;
        };
    }
}
