package org.dualanodiff.pipeline.procedural;


/** Light from the upper left on a smooth round surface (Blinn-Phong shading). */
final class Gloss {
    private static final double LIGHT_X = -0.45;
    private static final double LIGHT_Y = -0.5;
    private static final double LIGHT_Z = Math.sqrt(1 - LIGHT_X * LIGHT_X - LIGHT_Y * LIGHT_Y);
    /** The half vector between light and viewer, who looks straight down. */
    private static final double HALF = Math.sqrt(2 * (1 + LIGHT_Z));

    private Gloss() {}

    /** @param normal the surface normal's share in the picture plane, at most 1 long */
    static Rgb on(Rgb color, Point normal) {
        double up = Math.sqrt(Math.max(0, 1 - normal.dot(normal)));
        double diffuse = Math.max(0, normal.x() * LIGHT_X + normal.y() * LIGHT_Y + up * LIGHT_Z);
        double mirror = Math.max(0, normal.x() * LIGHT_X + normal.y() * LIGHT_Y + up * (1 + LIGHT_Z)) / HALF;
        return color.times(0.45 + 0.6 * diffuse).plus(0.5 * StrictMath.pow(mirror, 40));
    }
}
