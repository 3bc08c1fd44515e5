package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * A faultless product as it lies before the camera.
 *
 * @param canvas what is seen
 * @param object where the product is; a texture is everywhere
 * @param ground what lies below the product
 */
public record Scene(Canvas canvas, Shape object, Painter ground) {
    private static final int RIM_CANDIDATES = 6;

    /** A place on the product, away from the picture's border. */
    Point somewhere(UniformRandomProvider random) {
        Point point = anywhere(random);
        while (object.depth(point.x(), point.y()) < 4) {
            point = anywhere(random);
        }
        return point;
    }

    /** A place on the product's outer outline: the outermost of some points on any outline. */
    Point onRim(UniformRandomProvider random) {
        Point outermost = Point.CENTER;
        for (int i = 0; i < RIM_CANDIDATES; i++) {
            Point point = onOutline(random);
            outermost = fromCenter(point) > fromCenter(outermost) ? point : outermost;
        }
        return outermost;
    }

    private Point onOutline(UniformRandomProvider random) {
        Point point = anywhere(random);
        while (Math.abs(object.depth(point.x(), point.y())) > 1.5) {
            point = anywhere(random);
        }
        return point;
    }

    private static double fromCenter(Point point) {
        return Point.CENTER.distance(point.x(), point.y());
    }

    private static Point anywhere(UniformRandomProvider random) {
        double margin = Canvas.SIZE * 0.1;
        return new Point(
                random.nextDouble(margin, Canvas.SIZE - margin), random.nextDouble(margin, Canvas.SIZE - margin));
    }
}
