package org.dualanodiff.pipeline.procedural;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/** A two-colored gelatin capsule: a cap pushed over a slightly narrower body. */
final class Capsule implements Product {
    private static final Rgb CAP = new Rgb(0.80, 0.24, 0.16);
    private static final Rgb BODY = new Rgb(0.93, 0.87, 0.70);
    private static final double HALF_LENGTH = 27;

    @Override
    public String name() {
        return "capsule";
    }

    @Override
    public List<Defect> defects() {
        return List.of(
                new Scratch("crack", new Rgb(0.13, 0.07, 0.05), new Rgb(0.98, 0.93, 0.86), 0.45),
                new Dent("dent"),
                new Stain("stain", new Rgb(0.30, 0.26, 0.34), 0.35, 0.3));
    }

    @Override
    public Scene draw(UniformRandomProvider random) {
        Point center = Point.CENTER.plus(Point.direction(random.nextDouble(6.28)), random.nextDouble(5));
        double angle = random.nextDouble(2 * StrictMath.PI);
        double radius = random.nextDouble(21, 23);
        Rgb cap = CAP.varied(random, 0.07);
        Rgb body = BODY.varied(random, 0.03);
        ValueNoise noise = new ValueNoise(random.nextLong());
        Shape capsule = (x, y) -> radius(local(center, angle, x, y), radius) - offAxis(local(center, angle, x, y));
        Painter ground = Ground.shaded(Ground.mat(new Rgb(0.66, 0.69, 0.70), noise), capsule, 0.55);
        Canvas canvas = Canvas.painted((x, y) -> {
            Point place = local(center, angle, x, y);
            Rgb color = place.x() < 0 ? cap : body;
            // The cap's edge is a fine dark line across the capsule.
            double seam = 0.35 * Ramp.clamp(1.3 - Math.abs(place.x()));
            Rgb lit = Gloss.on(color.times(1 - seam), normal(place, radius, angle));
            return ground.at(x, y).mix(lit, capsule.coverage(x, y));
        });
        return new Scene(canvas, capsule, ground);
    }

    /** Along and across the capsule, from its center. */
    private static Point local(Point center, double angle, double x, double y) {
        return new Point(x - center.x(), y - center.y()).rotated(-angle);
    }

    private static double radius(Point place, double radius) {
        return place.x() < 0 ? radius : radius - 1.2;
    }

    private static double offAxis(Point place) {
        return new Point(Math.max(-HALF_LENGTH, Math.min(HALF_LENGTH, place.x())), 0).distance(place.x(), place.y());
    }

    /** The surface normal's share in the picture plane; its length is 1 at the outline. */
    private static Point normal(Point place, double radius, double angle) {
        double axis = Math.max(-HALF_LENGTH, Math.min(HALF_LENGTH, place.x()));
        return new Point((place.x() - axis) / radius, place.y() / radius).rotated(angle);
    }
}
