package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Field.Interpolation.clamp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.lerp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.smoothstep;
import static org.dualanodiff.pipeline.procedural.Point.ORIGIN;

import java.util.List;
import org.dualanodiff.pipeline.procedural.Surface.Lighting;

/**
 * A family of objects: a random form of a random material with a rounded rim, on a random ground.
 *
 * @param name a word
 * @param form draws one specimen's form, 50 to 100 pixels across
 */
record GenericObject(String name, Form form) {
    static final List<GenericObject> ALL = List.of(
            new GenericObject("ring", GenericObject::ring),
            new GenericObject("disc", GenericObject::disc),
            new GenericObject("bolt", GenericObject::bolt),
            new GenericObject("screw", GenericObject::screw),
            new GenericObject("pill", GenericObject::pill),
            new GenericObject("gear", GenericObject::gear),
            new GenericObject("plate", GenericObject::plate),
            new GenericObject("button", GenericObject::button),
            new GenericObject("cap", GenericObject::cap));

    private static final Field NOTHING = (x, y) -> -1e3;

    @FunctionalInterface
    interface Form {
        Outlines draw(PictureRandom random);
    }

    /**
     * A form about its own middle.
     *
     * @param outer   of the object
     * @param carving of what is cut into its face
     */
    record Outlines(Field outer, Field carving) {}

    Scene draw(PictureRandom random) {
        Outlines outlines = form.draw(random);
        Point place = Point.CENTER.plus(random.direction(), random.uniform(0, 10));
        Point axis = random.direction();
        double scale = random.logUniform(0.75, 1.25);
        Field depth =
                outlines.outer.placed(place, axis, scale).map(d -> d * scale).sampled();
        Field carving =
                outlines.carving.placed(place, axis, scale).map(d -> d * scale).sampled();
        Field height = height(depth, carving, random);
        Point light = random.direction();
        Lighting lighting = new Lighting(
                ORIGIN.plus(light, random.uniform(0.3, 0.8)), random.chance(0.5) ? random.uniform(0.1, 0.5) : 0);
        Texture ground = Surface.any(random, random.uniform(0.05, 0.35))
                .shadowed(
                        depth,
                        ORIGIN.plus(light, -random.uniform(1, 6)),
                        random.uniform(3, 10),
                        random.uniform(0.4, 0.9));
        Texture material = random.chance(0.5)
                ? Surface.any(random, random.uniform(0.1, 0.6))
                : Texture.grainy(Rgb.random(random.uniform(0.3, 0.85), random), random);
        Canvas canvas = Canvas.painted((x, y) -> {
            Rgb below = ground.at(x, y);
            double alpha = depth.coverage(x, y);
            double furrow = 1 - 0.3 * smoothstep(0.5 + carving.at(x, y) / 2);
            return alpha == 0 ? below : below.mix(lighting.on(material.at(x, y).times(furrow), height, x, y), alpha);
        });
        return new Scene(canvas, depth, ground);
    }

    private static Field height(Field depth, Field carving, PictureRandom random) {
        double round = random.logUniform(2.5, 28);
        double tall = round * random.uniform(0.3, 0.7);
        Field height = (x, y) -> {
            double t = 1 - clamp(depth.at(x, y) / round);
            return tall * Math.sqrt(1 - t * t * 0.98) - 1.5 * smoothstep(0.5 + carving.at(x, y) / 3);
        };
        return height.sampled();
    }

    private static Outlines ring(PictureRandom random) {
        double radius = random.uniform(32, 48);
        return new Outlines(
                Shapes.disc(ORIGIN, radius).without(Shapes.disc(ORIGIN, radius - random.uniform(12, 22))), NOTHING);
    }

    private static Outlines disc(PictureRandom random) {
        double radius = random.uniform(28, 48);
        Field groove = Shapes.circle(ORIGIN, radius * random.uniform(0.5, 0.85), random.uniform(1, 3));
        return new Outlines(Shapes.disc(ORIGIN, radius), sometimes(groove, random));
    }

    /** A hexagonal head with a hexagonal or a round socket. */
    private static Outlines bolt(PictureRandom random) {
        double size = random.uniform(30, 42);
        double socket = size * random.uniform(0.3, 0.5);
        return new Outlines(
                hexagon(size).and(Shapes.disc(ORIGIN, size * 1.1)),
                random.chance(0.5) ? hexagon(socket) : Shapes.disc(ORIGIN, socket));
    }

    private static Field hexagon(double size) {
        return Shapes.polygon(ORIGIN, 0, size, size, size, size, size, size);
    }

    /** A round head with a straight or a crossed slot. */
    private static Outlines screw(PictureRandom random) {
        double radius = random.uniform(30, 44);
        Field slot = Shapes.box(radius * random.uniform(0.6, 0.9), radius * random.uniform(0.07, 0.13), 0.5);
        Field across = (x, y) -> slot.at(y, x);
        return new Outlines(Shapes.disc(ORIGIN, radius), random.chance(0.5) ? slot : slot.or(across));
    }

    /** A tablet, round or long, most with a line to break it by. */
    private static Outlines pill(PictureRandom random) {
        double half = random.uniform(18, 32);
        return new Outlines(
                Shapes.box(half * random.uniform(1, 1.9), half, half), sometimes((x, y) -> 1.3 - Math.abs(x), random));
    }

    private static Outlines gear(PictureRandom random) {
        double radius = random.uniform(34, 46);
        Field rim = waved(radius, random.uniform(2, 5), random.integer(8, 20), 2);
        return new Outlines(rim.without(Shapes.disc(ORIGIN, radius * random.uniform(0.15, 0.5))), NOTHING);
    }

    /** A rectangle, often with holes in its corners. */
    private static Outlines plate(PictureRandom random) {
        double halfWidth = random.uniform(28, 46);
        double halfHeight = random.uniform(20, 42);
        Field holes = holes(new Point(halfWidth - 9, halfHeight - 9), random.uniform(2.5, 6));
        return new Outlines(
                Shapes.box(halfWidth, halfHeight, random.uniform(1, 12)).without(sometimes(holes, random)), NOTHING);
    }

    /** Two or four holes in a disc with a raised rim. */
    private static Outlines button(PictureRandom random) {
        double radius = random.uniform(30, 46);
        Point hole = new Point(radius * random.uniform(0.2, 0.3), random.chance(0.5) ? radius * 0.25 : 0);
        return new Outlines(
                Shapes.disc(ORIGIN, radius).without(holes(hole, radius * random.uniform(0.08, 0.14))),
                Shapes.disc(ORIGIN, radius * random.uniform(0.6, 0.85)));
    }

    /** A crown cap: a scalloped rim around a flat middle. */
    private static Outlines cap(PictureRandom random) {
        double radius = random.uniform(34, 46);
        return new Outlines(
                waved(radius, random.uniform(1, 2.5), random.integer(14, 24), 1),
                Shapes.circle(ORIGIN, radius * random.uniform(0.65, 0.85), 1.5));
    }

    /** A disc with a rim of waves; the larger {@code steepness}, the more they are teeth. */
    private static Field waved(double radius, double height, int waves, double steepness) {
        return (x, y) -> {
            double wave = steepness * StrictMath.cos(waves * StrictMath.atan2(y, x));
            return radius + height * lerp(-1, 1, clamp(0.5 + wave / 2)) - ORIGIN.distance(x, y);
        };
    }

    /** A round one in each quadrant, or in each half if the place lies on an axis. */
    private static Field holes(Point place, double radius) {
        return (x, y) -> radius - place.distance(Math.abs(x), Math.abs(y));
    }

    private static Field sometimes(Field carving, PictureRandom random) {
        return random.chance(0.6) ? carving : NOTHING;
    }
}
