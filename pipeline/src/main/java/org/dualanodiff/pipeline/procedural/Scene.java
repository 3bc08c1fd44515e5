package org.dualanodiff.pipeline.procedural;

/**
 * A faultless product as it lies before the camera.
 *
 * @param canvas what is seen
 * @param object where the product is; a texture is everywhere
 * @param ground what lies below the product
 */
record Scene(Canvas canvas, Field object, Texture ground) {
    private static final int RIM_CANDIDATES = 6;
    private static final int ATTEMPTS = 1000;
    private static final double INNER = 4;

    /** Whether the product fills the picture. */
    boolean isTexture() {
        return object == Field.EVERYWHERE;
    }

    /** A place on the product, away from the picture's border. */
    Point somewhere(PictureRandom random) {
        Point point = anywhere(random);
        for (int i = 1; i < ATTEMPTS && object.at(point.x(), point.y()) < INNER; i++) {
            point = anywhere(random);
        }
        return point;
    }

    /** A place on the product's outer outline, the outermost of some on any outline; of a texture, on the picture's. */
    Point onRim(PictureRandom random) {
        if (isTexture()) {
            Point towards = random.direction();
            double longer = Math.max(Math.abs(towards.x()), Math.abs(towards.y()));
            return Point.CENTER.plus(towards, Point.CENTER.x() / longer);
        }
        Point outermost = Point.CENTER;
        for (int i = 0; i < RIM_CANDIDATES; i++) {
            Point point = onOutline(random);
            outermost = fromCenter(point) > fromCenter(outermost) ? point : outermost;
        }
        return outermost;
    }

    private Point onOutline(PictureRandom random) {
        Point point = anywhere(random);
        while (Math.abs(object.at(point.x(), point.y())) > 1.5) {
            point = anywhere(random);
        }
        return point;
    }

    private static double fromCenter(Point point) {
        return Point.CENTER.distance(point.x(), point.y());
    }

    private static Point anywhere(PictureRandom random) {
        double margin = Canvas.SIZE * 0.1;
        return new Point(random.uniform(margin, Canvas.SIZE - margin), random.uniform(margin, Canvas.SIZE - margin));
    }
}
