package org.dualanodiff.pipeline.procedural;

import java.util.ArrayList;
import java.util.List;

/** Lines that wander. */
final class Walk {
    private static final double STEP = 4;

    private Walk() {}

    /**
     * @param heading of the first step, in radians
     * @param length  in pixels
     * @param jitter  largest change of heading a step, in radians: the line's roughness
     * @param bend    change of heading a step, in radians: the line's curvature
     */
    static List<Point> from(Point start, double heading, double length, double jitter, double bend, Dice dice) {
        List<Point> points = new ArrayList<>(List.of(start));
        double angle = heading;
        for (double walked = 0; walked < length; walked += STEP) {
            points.add(points.get(points.size() - 1).plus(Point.direction(angle), STEP));
            angle += bend + dice.between(-jitter, jitter);
        }
        return points;
    }
}
