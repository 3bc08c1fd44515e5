package org.dualanodiff.pipeline.procedural;

/** A place or a direction in the picture plane, in pixels. */
public record Point(double x, double y) {
    public static final Point CENTER = new Point((Canvas.SIZE - 1) / 2.0, (Canvas.SIZE - 1) / 2.0);

    public static Point direction(double angle) {
        return new Point(StrictMath.cos(angle), StrictMath.sin(angle));
    }

    public Point plus(Point step, double length) {
        return new Point(x + length * step.x, y + length * step.y);
    }

    public Point rotated(double angle) {
        Point axis = direction(angle);
        return new Point(x * axis.x - y * axis.y, x * axis.y + y * axis.x);
    }

    public double dot(Point other) {
        return x * other.x + y * other.y;
    }

    public double distance(double otherX, double otherY) {
        double dx = x - otherX;
        double dy = y - otherY;
        return Math.sqrt(dx * dx + dy * dy);
    }
}
