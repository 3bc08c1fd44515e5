package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Field.Interpolation.clamp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.smoothstep;

import java.util.List;
import org.dualanodiff.pipeline.procedural.Surface.Lighting;

/**
 * A kind of thing to draw.
 *
 * @param name     a word, which is also its folder's name
 * @param specimen draws one
 * @param defects  what can go wrong with it in particular
 */
record Product(String name, Specimen specimen, List<Defect> defects) {
    @FunctionalInterface
    interface Specimen {
        /** A faultless one with its own pose and color. */
        Scene draw(PictureRandom random);
    }

    /** A planed board: annual rings cut lengthwise, with fine pores along the grain. */
    static final class Wood {
        private static final Rgb EARLY = new Rgb(0.80, 0.60, 0.38);
        private static final Rgb LATE = new Rgb(0.58, 0.37, 0.19);

        static final Product PRODUCT = new Product(
                "wood",
                Wood::draw,
                List.of(
                        SampleDefects.scratch("scratch", new Rgb(0.30, 0.18, 0.09), new Rgb(0.94, 0.82, 0.64), 0.12),
                        SampleDefects.hole("hole", new Rgb(0.09, 0.05, 0.03), new Rgb(0.38, 0.22, 0.11), 0.2),
                        SampleDefects.stain("stain", new Rgb(0.42, 0.42, 0.50), 0.3, 0.25)));

        private Wood() {}

        private static Scene draw(PictureRandom random) {
            Point axis = Point.direction(random.uniform(-0.1, 0.1));
            double ringWidth = random.uniform(9, 13);
            double shift = random.uniform(0, 1000);
            Rgb tone = Rgb.gray(1).varied(random, 0.1);
            Noise noise = random.noise();
            Canvas canvas = Canvas.painted((x, y) -> {
                Point place = new Point(x, y).rotated(axis);
                return board(place.x() + shift, place.y(), ringWidth, noise).times(tone);
            });
            return new Scene(canvas, Field.EVERYWHERE, Texture.plain(LATE.times(0.3)));
        }

        private static Rgb board(double x, double y, double ringWidth, Noise noise) {
            double bend = 34 * noise.fractal(x * 0.012, y * 0.007);
            double ring = (x + bend) / ringWidth;
            double inRing = ring - Math.floor(ring);
            // Growth is slow towards the end of the year: the tone darkens gradually, then starts afresh.
            double dark =
                    inRing * inRing * clamp((1 - inRing) * 6) * (0.6 + 0.5 * noise.unit((long) Math.floor(ring), 3));
            double fiber = noise.at(x * 0.9, y * 0.05);
            double pore = smoothstep((noise.at(x * 0.7 + 31, y * 0.08) - 0.72) * 6);
            return EARLY.mix(LATE, dark).times((0.9 + 0.2 * fiber) * (1 - 0.22 * pore));
        }
    }

    /** Plain-weave cloth: warp and weft threads take turns on top. */
    static final class Cloth {
        private static final Rgb YARN = new Rgb(0.42, 0.52, 0.66);
        private static final Rgb GAP = new Rgb(0.10, 0.12, 0.16);

        static final Product PRODUCT = new Product(
                "cloth",
                Cloth::draw,
                List.of(
                        SampleDefects.hole("hole", new Rgb(0.07, 0.06, 0.06), new Rgb(0.62, 0.68, 0.76), 0.35),
                        SampleDefects.stain("stain", new Rgb(0.62, 0.42, 0.24), 0.3, 0.35),
                        SampleDefects.scratch("thread", new Rgb(0.86, 0.84, 0.78), new Rgb(0.10, 0.12, 0.16), 0.5)));

        private Cloth() {}

        private static Scene draw(PictureRandom random) {
            double pitch = random.uniform(6.2, 7.0);
            Point axis = Point.direction(random.uniform(-0.12, 0.12));
            Rgb yarn = YARN.varied(random, 0.1);
            Noise noise = random.noise();
            Point phase = new Point(random.uniform(0, 100), random.uniform(0, 100));
            Canvas canvas = Canvas.painted((x, y) -> {
                Point place = new Point(x, y).rotated(axis);
                double sag = 0.5 * (noise.at(x * 0.03, y * 0.03) - 0.5);
                return weave(
                                new Point(place.x() / pitch + phase.x() + sag, place.y() / pitch + phase.y() + sag),
                                yarn,
                                noise)
                        .times(0.88 + 0.24 * noise.fractal(x * 0.02 + 50, y * 0.02));
            });
            return new Scene(canvas, Field.EVERYWHERE, Texture.plain(GAP));
        }

        /** @param place in threads */
        private static Rgb weave(Point place, Rgb yarn, Noise noise) {
            long column = (long) Math.floor(place.x());
            long row = (long) Math.floor(place.y());
            double across = 2 * (place.x() - column) - 1;
            double along = 2 * (place.y() - row) - 1;
            boolean warpOnTop = Math.floorMod(column + row, 2) == 0;
            double width = warpOnTop ? across : along;
            double length = warpOnTop ? along : across;
            long thread = warpOnTop ? column : row + 100_000;
            double round = 1 - 0.55 * width * width - 0.35 * length * length;
            double twist = 0.9 + 0.2 * noise.at(place.x() * 5, place.y() * 5);
            double dyed = 0.86 + 0.22 * noise.unit(thread, 7) + (warpOnTop ? 0.06 : 0);
            return GAP.mix(yarn.times(1.25 * dyed * twist), clamp(round));
        }
    }

    /** A steel hex nut in a fixture, seen from above: turned face, beveled corners, threaded bore. */
    static final class HexNut {
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
            double turn = random.uniform(-0.12, 0.12);
            double size = random.uniform(42, 45);
            double bore = size * random.uniform(0.5, 0.54);
            Rgb steel = STEEL.varied(random, 0.06);
            Noise noise = random.noise();
            Field hexagon = Shapes.polygon(center, turn, size, size, size, size, size, size)
                    .and(Shapes.disc(center, size * 1.1));
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

    /** A two-colored gelatin capsule that lies in a chute: a cap pushed over a slightly narrower body. */
    static final class Capsule {
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
            double angle = random.uniform(-0.12, 0.12);
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
            return new Point(Math.max(-HALF_LENGTH, Math.min(HALF_LENGTH, place.x())), 0)
                    .distance(place.x(), place.y());
        }

        /** The surface normal's share in the picture plane; its length is 1 at the outline. */
        private static Point normal(Point place, double radius, Point axis) {
            double nearest = Math.max(-HALF_LENGTH, Math.min(HALF_LENGTH, place.x()));
            return new Point((place.x() - nearest) / radius, place.y() / radius).rotated(axis);
        }
    }
}
