package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Field.Interpolation.lerp;

import java.util.List;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.GenericDefects;

/** Where {@link GenericDefects} lie on a product. */
final class DefectShapes {
    private static final Field NOTHING = (x, y) -> -1e3;

    private DefectShapes() {}

    /** 0.8 to about 18 % of the picture. */
    static Field blob(Scene scene, PictureRandom random) {
        return Shapes.blob(scene.somewhere(random), random.logUniform(6.5, 31), random.uniform(0, 0.8), random);
    }

    static Field swarm(Scene scene, PictureRandom random) {
        return swarm(scene, random.uniform(0.2, 0.8), random);
    }

    static Field drops(Scene scene, PictureRandom random) {
        return swarm(scene, random.uniform(0, 0.15), random);
    }

    /** One small blob, or some around one place. */
    private static Field swarm(Scene scene, double roughness, PictureRandom random) {
        Point center = scene.somewhere(random);
        double spread = random.uniform(8, 40);
        Field blobs = Shapes.blob(center, random.logUniform(4, 14), roughness, random);
        for (int i = random.chance(0.4) ? 0 : random.integer(1, 12); i > 0; i--) {
            Point place = center.plus(random.direction(), random.uniform(4, spread));
            blobs = blobs.or(Shapes.blob(place, random.logUniform(2, 12), roughness, random));
        }
        return blobs;
    }

    /** Side by side. */
    static Field scratches(Scene scene, PictureRandom random) {
        return lines(scene, oneOrSome(random), random.logUniform(0.8, 3.2), 0.1, 0.03, 0.15, random);
    }

    /** In all directions. */
    static Field curls(Scene scene, PictureRandom random) {
        return lines(scene, oneOrSome(random), random.logUniform(0.8, 2.6), StrictMath.PI, 0.4, 0.35, random);
    }

    static Field crease(Scene scene, PictureRandom random) {
        return lines(scene, 1, random.logUniform(3, 9), 0.1, 0.12, 0.08, random);
    }

    private static int oneOrSome(PictureRandom random) {
        return random.chance(0.6) ? 1 : random.integer(2, 6);
    }

    /**
     * @param spread  of their headings about a common one, in radians
     * @param wander  as {@link Shapes#walk} has it
     * @param sharpest bend; many lines have none
     */
    private static Field lines(
            Scene scene, int count, double width, double spread, double wander, double sharpest, PictureRandom random) {
        Point start = scene.somewhere(random);
        double heading = random.angle();
        Field lines = NOTHING;
        for (int i = 0; i < count; i++) {
            double turned = heading + random.uniform(-spread, spread);
            double bend = random.chance(0.4) ? 0 : random.uniform(-sharpest, sharpest);
            double length = random.logUniform(30, 140);
            Point begin = start.plus(random.direction(), random.uniform(0, 14))
                    .plus(Point.direction(turned), -length * random.uniform(0.2, 0.6));
            List<Point> line = Shapes.walk(begin, turned, length, wander, bend, random);
            lines = lines.or(taper(line, width * random.uniform(0.3, 1), width));
        }
        return lines;
    }

    /** A jagged line that thins out and branches. */
    static Field crack(Scene scene, PictureRandom random) {
        double wander = random.uniform(0.3, 0.8);
        double heading = random.angle();
        double length = random.logUniform(50, 150);
        double width = random.logUniform(1, 3.2);
        Point begin = scene.somewhere(random).plus(Point.direction(heading), -length * random.uniform(0.1, 0.5));
        List<Point> trunk = Shapes.walk(begin, heading, length, wander, 0, random);
        Field lines = taper(trunk, width, 0.4);
        for (int i = random.integer(0, 4); i > 0; i--) {
            double turned = heading + random.sign() * random.uniform(0.4, 1.2);
            double shorter = length * random.uniform(0.2, 0.6);
            List<Point> branch = Shapes.walk(random.pick(trunk), turned, shorter, wander, 0, random);
            lines = lines.or(taper(branch, width * 0.7, 0.4));
        }
        return lines;
    }

    /** Straight, and widest in its middle. */
    static Field slit(Scene scene, PictureRandom random) {
        double half = random.logUniform(12, 45);
        double width = random.logUniform(1.5, 6);
        Field slit = (x, y) -> width * (1 - x * x / (half * half)) - Math.abs(y);
        return slit.placed(scene.somewhere(random), random.direction(), 1);
    }

    static Field piece(Scene scene, PictureRandom random) {
        return piece(scene.somewhere(random), random);
    }

    static Field pieceOfRim(Scene scene, PictureRandom random) {
        return piece(scene.onRim(random), random);
    }

    /** With sharp corners or without. */
    private static Field piece(Point center, PictureRandom random) {
        double radius = random.logUniform(8, 28);
        double[] sides = random.source()
                .doubles(random.integer(3, 6), 0.55 * radius, 1.1 * radius)
                .toArray();
        return random.chance(0.5)
                ? Shapes.blob(center, radius, random.uniform(0.1, 0.6), random)
                : Shapes.polygon(center, random.angle(), sides).and(Shapes.disc(center, 2.2 * radius));
    }

    /** All beyond a rough line near the rim. */
    static Field side(Scene scene, PictureRandom random) {
        double reach = random.logUniform(5, 28);
        double rough = random.uniform(2, 10);
        double waves = random.logUniform(0.04, 0.15);
        Noise noise = random.noise();
        Field side = (x, y) -> reach - x + rough * (noise.fractal(waves * x, waves * y) - 0.5);
        Point rim = scene.onRim(random);
        return side.placed(rim, Point.direction(inwards(rim) + random.uniform(-0.5, 0.5)), 1);
    }

    /** Fibers or flakes across a stretch of the rim. */
    static Field bandOfRim(Scene scene, PictureRandom random) {
        double half = random.logUniform(15, 50);
        double width = random.logUniform(4, 14);
        double fine = random.logUniform(0.2, 0.7);
        double length = random.uniform(3, 12);
        Noise noise = random.noise();
        Field box = Shapes.box(width, half, width);
        Field band = (x, y) -> box.at(x, y) + length * (noise.at(0.08 * x, fine * y) - 0.5);
        Point rim = scene.onRim(random);
        double quarter = StrictMath.PI / 2;
        double turn = inwards(rim);
        // The rim of a texture is the picture's border.
        return band.placed(rim, Point.direction(scene.isTexture() ? Math.rint(turn / quarter) * quarter : turn), 1);
    }

    private static double inwards(Point rim) {
        return StrictMath.atan2(Point.CENTER.y() - rim.y(), Point.CENTER.x() - rim.x());
    }

    static Field stretch(Scene scene, PictureRandom random) {
        Point center = scene.somewhere(random);
        Field blob = Shapes.blob(center, random.logUniform(10, 27), random.uniform(0.1, 0.8), random);
        double width = random.uniform(6, 16);
        Field streak = Shapes.box(random.uniform(20, 70), width, width).placed(center, random.direction(), 1);
        return random.chance(0.4) ? blob.or(streak) : blob;
    }

    /** Rings, bars and crosses in a row. */
    static Field glyphs(Scene scene, PictureRandom random) {
        double size = random.logUniform(4, 13);
        double width = random.logUniform(0.7, 2.2);
        Field marks = NOTHING;
        for (int i = random.integer(1, 5) - 1; i >= 0; i--) {
            Point center = new Point(i * 2.4 * size, 0);
            if (random.chance(0.35)) {
                marks = marks.or(Shapes.circle(center, size * 0.8, width));
            }
            for (int bars = random.integer(1, 3); bars > 0; bars--) {
                Point half = Point.direction(random.integer(0, 7) * StrictMath.PI / 4);
                Point end = random.chance(0.5) ? center : center.plus(half, -size);
                marks = marks.or(taper(List.of(center.plus(half, size), end), width, width));
            }
        }
        return marks.placed(scene.somewhere(random), random.direction(), 1);
    }

    /** A line that grows or shrinks evenly, by its half widths. */
    private static Field taper(List<Point> line, double from, double to) {
        return Shapes.line(line, (piece, pieces) -> lerp(from, to, piece / pieces));
    }
}
