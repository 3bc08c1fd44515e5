package org.dualanodiff.pipeline.procedural;

import java.util.function.DoubleUnaryOperator;

/**
 * A number for every point of the picture plane: a tone, a height, or the depth below a shape's outline in pixels, which
 * is positive inside and negative outside (a signed distance).
 */
@FunctionalInterface
interface Field {
    /** The shape that fills the plane. */
    Field EVERYWHERE = (x, y) -> 1e3;

    double at(double x, double y);

    /** What two shapes have in common. */
    default Field and(Field other) {
        return (x, y) -> Math.min(at(x, y), other.at(x, y));
    }

    /** Two shapes as one. */
    default Field or(Field other) {
        return (x, y) -> Math.max(at(x, y), other.at(x, y));
    }

    default Field without(Field other) {
        return (x, y) -> Math.min(at(x, y), -other.at(x, y));
    }

    default Field map(DoubleUnaryOperator function) {
        return (x, y) -> function.applyAsDouble(at(x, y));
    }

    /** How much of the pixel the shape covers, 0..1. */
    default double coverage(double x, double y) {
        return Interpolation.clamp(at(x, y) + 0.5);
    }

    /** The same, 0..1, for an outline that is {@code width} pixels soft. */
    default Field coverage(double width) {
        return map(depth -> Interpolation.smoothstep(depth / width + 0.5));
    }

    /** How much the heights rise towards the light, over two pixels. */
    default double slope(double x, double y, Point light) {
        Point gradient = new Point(at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1));
        return -gradient.dot(light);
    }

    /** This field turned, scaled and moved: its own origin comes to {@code place}; its values stay what they were. */
    default Field placed(Point place, Point axis, double scale) {
        return (x, y) -> {
            double dx = (x - place.x()) / scale;
            double dy = (y - place.y()) / scale;
            return at(dx * axis.x() + dy * axis.y(), dy * axis.x() - dx * axis.y());
        };
    }

    /** The same at the canvas's pixels, computed once; beyond the border it is what it is on the border. */
    default Field sampled() {
        int last = Canvas.SIZE - 1;
        double[] values = new double[Canvas.SIZE * Canvas.SIZE];
        for (int i = 0; i < values.length; i++) {
            values[i] = at(i % Canvas.SIZE, i / Canvas.SIZE);
        }
        return (x, y) -> values[
                Math.max(0, Math.min(last, (int) Math.rint(y))) * Canvas.SIZE
                        + Math.max(0, Math.min(last, (int) Math.rint(x)))];
    }

    /** Ways from one value to another. */
    static final class Interpolation {
        private Interpolation() {}

        static double clamp(double value) {
            return Math.min(1, Math.max(0, value));
        }

        /** The cubic {@code 3t^2 - 2t^3} of the clamped value. */
        static double smoothstep(double value) {
            double t = clamp(value);
            return t * t * (3 - 2 * t);
        }

        static double lerp(double from, double to, double t) {
            return from + (to - from) * t;
        }
    }
}
