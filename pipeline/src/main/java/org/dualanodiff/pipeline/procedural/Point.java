package org.dualanodiff.pipeline.procedural;

/** A place or a direction in the picture plane, in pixels. */
record Point(double x, double y) {
    static final Point ORIGIN = new Point(0, 0);
    static final Point CENTER = new Point((Canvas.SIZE - 1) / 2.0, (Canvas.SIZE - 1) / 2.0);
    /** Towards the upper left, where the light of the sample products comes from. */
    static final Point UPPER_LEFT = direction(StrictMath.toRadians(225));

    static Point direction(double angle) {
        return new Point(StrictMath.cos(angle), StrictMath.sin(angle));
    }

    Point plus(Point step, double length) {
        return new Point(x + length * step.x, y + length * step.y);
    }

    /** Turned by the angle of the axis, which is one long. */
    Point rotated(Point axis) {
        return new Point(x * axis.x - y * axis.y, x * axis.y + y * axis.x);
    }

    double dot(Point other) {
        return x * other.x + y * other.y;
    }

    double distance(double otherX, double otherY) {
        double dx = x - otherX;
        double dy = y - otherY;
        return Math.sqrt(dx * dx + dy * dy);
    }
}
