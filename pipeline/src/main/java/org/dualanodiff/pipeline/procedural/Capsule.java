package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Interpolation.clamp;

import java.util.List;

/** A two-colored gelatin capsule: a cap pushed over a slightly narrower body. */
final class Capsule {
    private static final Rgb CAP = new Rgb(0.80, 0.24, 0.16);
    private static final Rgb BODY = new Rgb(0.93, 0.87, 0.70);
    private static final double HALF_LENGTH = 27;
    private static final Lighting LIGHT = new Lighting(new Point(-0.45, -0.5), 0.5);

    static final Product PRODUCT = new Product(
            "capsule",
            Capsule::draw,
            List.of(
                    SampleDefects.scratch("crack", new Rgb(0.13, 0.07, 0.05), new Rgb(0.98, 0.93, 0.86), 0.45),
                    SampleDefects.dent("dent"),
                    SampleDefects.stain("stain", new Rgb(0.30, 0.26, 0.34), 0.35, 0.3)));

    private Capsule() {}

    private static Scene draw(PictureRandom random) {
        Point center = Point.CENTER.plus(Point.direction(random.uniform(0, 6.28)), random.uniform(0, 5));
        double angle = random.angle();
        Point axis = Point.direction(angle);
        Point back = Point.direction(-angle);
        double radius = random.uniform(21, 23);
        Rgb cap = CAP.varied(random, 0.07);
        Rgb body = BODY.varied(random, 0.03);
        Noise noise = random.noise();
        Field capsule = (x, y) -> radius(local(center, back, x, y), radius) - offAxis(local(center, back, x, y));
        Texture ground = Texture.mat(new Rgb(0.66, 0.69, 0.70), noise).shadowed(capsule, new Point(4, 4), 9, 0.55);
        Canvas canvas = Canvas.painted((x, y) -> {
            Point place = local(center, back, x, y);
            Rgb color = place.x() < 0 ? cap : body;
            // The cap's edge is a fine dark line across the capsule.
            double seam = 0.35 * clamp(1.3 - Math.abs(place.x()));
            Rgb lit = LIGHT.on(color.times(1 - seam), normal(place, radius, axis));
            return ground.at(x, y).mix(lit, capsule.coverage(x, y));
        });
        return new Scene(canvas, capsule, ground);
    }

    /** Along and across the capsule, from its center. */
    private static Point local(Point center, Point back, double x, double y) {
        return new Point(x - center.x(), y - center.y()).rotated(back);
    }

    private static double radius(Point place, double radius) {
        return place.x() < 0 ? radius : radius - 1.2;
    }

    private static double offAxis(Point place) {
        return new Point(Math.max(-HALF_LENGTH, Math.min(HALF_LENGTH, place.x())), 0).distance(place.x(), place.y());
    }

    /** The surface normal's share in the picture plane; its length is 1 at the outline. */
    private static Point normal(Point place, double radius, Point axis) {
        double nearest = Math.max(-HALF_LENGTH, Math.min(HALF_LENGTH, place.x()));
        return new Point((place.x() - nearest) / radius, place.y() / radius).rotated(axis);
    }
}
