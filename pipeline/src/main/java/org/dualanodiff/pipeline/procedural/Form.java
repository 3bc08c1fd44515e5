package org.dualanodiff.pipeline.procedural;

/**
 * The form of an object about its own middle; its units are pixels at scale 1.
 *
 * @param outline depth below the outline, positive inside
 * @param carving depth below the outline of what is cut into its face
 */
record Form(Field outline, Field carving) {
    static final Field NOTHING = (x, y) -> -1e3;

    static Form plain(Field outline) {
        return new Form(outline, NOTHING);
    }

    static Field disc(double radius) {
        return (x, y) -> radius - Math.sqrt(x * x + y * y);
    }

    /** A rectangle with round corners. */
    static Field box(double halfWidth, double halfHeight, double corner) {
        return (x, y) -> {
            double dx = Math.abs(x) - halfWidth + corner;
            double dy = Math.abs(y) - halfHeight + corner;
            double outside = Math.sqrt(Math.max(dx, 0) * Math.max(dx, 0) + Math.max(dy, 0) * Math.max(dy, 0));
            return corner - outside - Math.min(0, Math.max(dx, dy));
        };
    }

    /** A regular polygon. */
    static Field polygon(int sides, double inner) {
        double sector = 2 * StrictMath.PI / sides;
        return (x, y) -> {
            double angle = StrictMath.atan2(y, x);
            double fromMiddle = angle - sector * Math.rint(angle / sector);
            return inner - Math.sqrt(x * x + y * y) * StrictMath.cos(fromMiddle);
        };
    }

    static Field without(Field whole, Field hole) {
        return (x, y) -> Math.min(whole.at(x, y), -hole.at(x, y));
    }

    static Field both(Field one, Field other) {
        return (x, y) -> Math.max(one.at(x, y), other.at(x, y));
    }

    static Field common(Field one, Field other) {
        return (x, y) -> Math.min(one.at(x, y), other.at(x, y));
    }
}
