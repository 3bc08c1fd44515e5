package org.dualanodiff.pipeline.procedural;


/**
 * Where a thing lies in the picture.
 *
 * @param origin the thing's own (0, 0) in the picture, in pixels
 * @param axis   the thing's x axis, one long
 * @param scale  pixels a unit of the thing
 */
record Pose(Point origin, Point axis, double scale) {
    /** Anywhere, at any angle. */
    static Pose loose(Dice dice) {
        Point origin = new Point(dice.between(-500, 500), dice.between(-500, 500));
        return new Pose(origin, dice.direction(), dice.scaled(0.6, 1.7));
    }

    /** Along the picture's borders, give or take two degrees. */
    static Pose upright(Dice dice) {
        return new Pose(new Point(0, 0), Point.direction(dice.between(-0.03, 0.03)), 1);
    }

    /** Near the picture's middle, at any angle. */
    static Pose centered(Dice dice) {
        Point origin = Point.CENTER.plus(dice.direction(), dice.between(0, 10));
        return new Pose(origin, dice.direction(), dice.scaled(0.75, 1.25));
    }

    /** The thing's field, as seen in the picture; its values stay in the thing's units. */
    Field seen(Field field) {
        return (x, y) -> {
            double dx = (x - origin.x()) / scale;
            double dy = (y - origin.y()) / scale;
            return field.at(dx * axis.x() + dy * axis.y(), dy * axis.x() - dx * axis.y());
        };
    }
}
