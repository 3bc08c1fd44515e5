package org.dualanodiff.pipeline.procedural;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/** A steel hex nut seen from above: turned face, beveled corners, threaded bore. */
final class HexNut implements Product {
    private static final Rgb STEEL = new Rgb(0.70, 0.71, 0.73);
    private static final double BEVEL = 6;
    private static final Point LIGHT = Point.direction(StrictMath.toRadians(225));

    @Override
    public String name() {
        return "hex_nut";
    }

    @Override
    public List<Defect> defects() {
        return List.of(
                new Scratch("scratch", new Rgb(0.20, 0.20, 0.22), new Rgb(0.97, 0.97, 0.98), 0.15),
                new Chip("chip", new Rgb(0.42, 0.42, 0.44)),
                new Stain("rust", new Rgb(0.58, 0.27, 0.11), 0.5, 0.6));
    }

    @Override
    public Scene draw(UniformRandomProvider random) {
        Point center = Point.CENTER.plus(Point.direction(random.nextDouble(6.28)), random.nextDouble(4));
        double turn = random.nextDouble(2 * StrictMath.PI);
        double size = random.nextDouble(42, 45);
        double bore = size * random.nextDouble(0.5, 0.54);
        Rgb steel = STEEL.varied(random, 0.06);
        ValueNoise noise = new ValueNoise(random.nextLong());
        Shape hexagon = hexagon(center, turn, size).and(Shape.disc(center, size * 1.1));
        Shape nut = hexagon.without(Shape.disc(center, bore));
        Painter ground = Ground.mat(new Rgb(0.17, 0.19, 0.21), noise);
        Painter floor = Ground.shaded(ground, nut, 0.6);
        Canvas canvas = Canvas.painted((x, y) -> {
            Point from = new Point(x - center.x(), y - center.y());
            double radius = center.distance(x, y);
            Rgb below = radius < bore ? thread(steel, from, radius, bore, ground.at(x, y)) : floor.at(x, y);
            return below.mix(face(steel, hexagon, from, new Point(x, y), noise), nut.coverage(x, y));
        });
        return new Scene(canvas, nut, floor);
    }

    /** @param size distance from the center to each side */
    private static Shape hexagon(Point center, double turn, double size) {
        List<Point> normals = IntStream.range(0, 6)
                .mapToObj(side -> Point.direction(turn + side * StrictMath.PI / 3))
                .toList();
        return (x, y) -> {
            double depth = 1e3;
            for (Point normal : normals) {
                depth = Math.min(depth, size - normal.dot(new Point(x - center.x(), y - center.y())));
            }
            return depth;
        };
    }

    private static Rgb face(Rgb steel, Shape hexagon, Point from, Point place, ValueNoise noise) {
        double radius = new Point(0, 0).distance(from.x(), from.y());
        double towardsLight = from.dot(LIGHT) / Math.max(1, radius);
        // Turning leaves concentric marks, and those reflect in two opposite fans.
        double turned = 0.1 * (noise.at(radius * 1.4, 3) - 0.5) + 0.22 * (towardsLight * towardsLight - 0.5);
        double bevel = 1 - Ramp.smooth(hexagon.depth(place.x(), place.y()) / BEVEL);
        double grain = 0.05 * (noise.at(place.x() * 0.9, place.y() * 0.9) - 0.5);
        return steel.times(0.96 + turned + grain + bevel * (0.4 * towardsLight - 0.12));
    }

    private static Rgb thread(Rgb steel, Point from, double radius, double bore, Rgb ground) {
        double deep = (bore - radius) / 8;
        if (deep > 1) {
            return ground.times(0.5);
        }
        double towardsLight = -from.dot(LIGHT) / Math.max(1, radius);
        double winding = 0.5 + 0.5 * StrictMath.sin(deep * 6 * StrictMath.PI);
        return steel.times((0.22 + 0.4 * winding) * (0.75 + 0.35 * towardsLight) * (1 - 0.45 * deep));
    }
}
