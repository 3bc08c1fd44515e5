package org.dualanodiff.pipeline.procedural;

/**
 * Light on a smooth surface that is seen from straight above (Blinn-Phong shading).
 *
 * @param towards the light, its share in the picture plane: shorter than 1, the higher the light stands
 * @param gloss   brightness of the highlight
 */
record Lighting(Point towards, double gloss) {
    /** @param normal the surface normal's share in the picture plane, at most 1 long */
    Rgb on(Rgb color, Point normal) {
        double height = Math.sqrt(1 - towards.x() * towards.x() - towards.y() * towards.y());
        double up = Math.sqrt(Math.max(0, 1 - normal.dot(normal)));
        double diffuse = Math.max(0, normal.x() * towards.x() + normal.y() * towards.y() + up * height);
        // The half vector between light and viewer.
        double half = Math.sqrt(2 * (1 + height));
        double mirror = Math.max(0, normal.x() * towards.x() + normal.y() * towards.y() + up * (1 + height)) / half;
        return color.times(0.45 + 0.6 * diffuse).plus(gloss * StrictMath.pow(mirror, 40));
    }

    /** On a surface of these heights, in pixels. */
    Rgb on(Rgb color, Field height, double x, double y) {
        double dx = (height.at(x - 1, y) - height.at(x + 1, y)) / 2;
        double dy = (height.at(x, y - 1) - height.at(x, y + 1)) / 2;
        double length = Math.sqrt(1 + dx * dx + dy * dy);
        return on(color, new Point(dx / length, dy / length));
    }
}
