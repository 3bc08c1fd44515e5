package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Interpolation.smoothstep;

import java.util.List;

/** A steel hex nut seen from above: turned face, beveled corners, threaded bore. */
final class HexNut {
    private static final Rgb STEEL = new Rgb(0.70, 0.71, 0.73);
    private static final double BEVEL = 6;

    static final Product PRODUCT = new Product(
            "hex_nut",
            HexNut::draw,
            List.of(
                    SampleDefects.scratch("scratch", new Rgb(0.20, 0.20, 0.22), new Rgb(0.97, 0.97, 0.98), 0.15),
                    SampleDefects.chip("chip", new Rgb(0.42, 0.42, 0.44)),
                    SampleDefects.stain("rust", new Rgb(0.58, 0.27, 0.11), 0.5, 0.6)));

    private HexNut() {}

    private static Scene draw(PictureRandom random) {
        Point center = Point.CENTER.plus(Point.direction(random.uniform(0, 6.28)), random.uniform(0, 4));
        double turn = random.angle();
        double size = random.uniform(42, 45);
        double bore = size * random.uniform(0.5, 0.54);
        Rgb steel = STEEL.varied(random, 0.06);
        Noise noise = random.noise();
        Field hexagon =
                Shapes.polygon(center, turn, size, size, size, size, size, size).and(Shapes.disc(center, size * 1.1));
        Field nut = hexagon.without(Shapes.disc(center, bore));
        Texture ground = Texture.mat(new Rgb(0.17, 0.19, 0.21), noise);
        Texture floor = ground.shadowed(nut, new Point(4, 4), 9, 0.6);
        Canvas canvas = Canvas.painted((x, y) -> {
            Point from = new Point(x - center.x(), y - center.y());
            double radius = center.distance(x, y);
            Rgb below = radius < bore ? thread(steel, from, radius, bore, ground.at(x, y)) : floor.at(x, y);
            return below.mix(face(steel, hexagon, from, new Point(x, y), noise), nut.coverage(x, y));
        });
        return new Scene(canvas, nut, floor);
    }

    private static Rgb face(Rgb steel, Field hexagon, Point from, Point place, Noise noise) {
        double radius = Point.ORIGIN.distance(from.x(), from.y());
        double towardsLight = from.dot(Point.UPPER_LEFT) / Math.max(1, radius);
        // Turning leaves concentric marks, and those reflect in two opposite fans.
        double turned = 0.1 * (noise.at(radius * 1.4, 3) - 0.5) + 0.22 * (towardsLight * towardsLight - 0.5);
        double bevel = 1 - smoothstep(hexagon.at(place.x(), place.y()) / BEVEL);
        double grain = 0.05 * (noise.at(place.x() * 0.9, place.y() * 0.9) - 0.5);
        return steel.times(0.96 + turned + grain + bevel * (0.4 * towardsLight - 0.12));
    }

    private static Rgb thread(Rgb steel, Point from, double radius, double bore, Rgb ground) {
        double deep = (bore - radius) / 8;
        if (deep > 1) {
            return ground.times(0.5);
        }
        double towardsLight = -from.dot(Point.UPPER_LEFT) / Math.max(1, radius);
        double winding = 0.5 + 0.5 * StrictMath.sin(deep * 6 * StrictMath.PI);
        return steel.times((0.22 + 0.4 * winding) * (0.75 + 0.35 * towardsLight) * (1 - 0.45 * deep));
    }
}
