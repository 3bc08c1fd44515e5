package org.dualanodiff.pipeline.procedural;

import java.util.function.Supplier;

/**
 * A faultless thing as it lies before the camera.
 *
 * @param word    what it is called
 * @param picture what is seen
 * @param depth   of each pixel below the thing's outline, in pixels; large everywhere for a surface
 * @param ground  what lies below the thing, made only when a defect lays it open
 */
record Subject(String word, Picture picture, Plane depth, Supplier<Picture> ground) {
    private static final double EVERYWHERE = 1e3;
    private static final int ATTEMPTS = 1000;

    /** A sample product. */
    static Subject of(Product product, Dice dice) {
        Scene scene = product.draw(dice.random());
        Plane depth = Plane.of(scene.object()::depth);
        return new Subject(product.name(), Picture.of(scene.canvas()), depth, () -> Picture.of(scene.ground()));
    }

    /** A surface that fills the picture, over something of one color. */
    static Subject filling(String word, Picture picture, Rgb below) {
        Plane depth = Plane.constant(EVERYWHERE);
        return new Subject(word, picture, depth, () -> Picture.toned(Plane.constant(1), below, below));
    }

    /** Whether it fills the picture. */
    boolean fills() {
        return depth.values()[0] >= EVERYWHERE;
    }

    /** A place on the thing, not too near its outline or the picture's border. */
    Point somewhere(Dice dice) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Point place = new Point(dice.whole(8, Plane.SIZE - 9), dice.whole(8, Plane.SIZE - 9));
            if (depth.at((int) place.x(), (int) place.y()) > 3) {
                return place;
            }
        }
        return Point.CENTER;
    }

    /** A place on the thing's outer outline, or on the picture's border where the thing reaches beyond. */
    Point onRim(Dice dice) {
        Point inwards = dice.direction();
        Point place = Point.CENTER;
        for (double radius = Plane.SIZE; radius > 0; radius--) {
            place = Point.CENTER.plus(inwards, radius);
            if (inPicture(place) && depth.at((int) place.x(), (int) place.y()) > 0) {
                return place;
            }
        }
        return place;
    }

    private static boolean inPicture(Point place) {
        return place.x() >= 0 && place.y() >= 0 && place.x() < Plane.SIZE && place.y() < Plane.SIZE;
    }
}
