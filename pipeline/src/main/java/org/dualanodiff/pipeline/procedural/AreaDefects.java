package org.dualanodiff.pipeline.procedural;

import java.util.List;

/** Wide defects, and marks. */
final class AreaDefects {
    static final List<GenericDefect> ALL = List.of(
            new GenericDefect("uneven", AreaDefects::uneven),
            new GenericDefect("blur", AreaDefects::blur),
            new GenericDefect("print", AreaDefects::print),
            new GenericDefect("patch", AreaDefects::patch));

    private AreaDefects() {}

    /** A wide stretch is lighter or darker, with soft borders. */
    private static Picture uneven(Subject subject, Dice dice) {
        double gain = dice.chance(0.5) ? dice.between(0.45, 0.8) : dice.between(1.25, 1.7);
        double softness = dice.scaled(2, 16);
        Plane alpha = wide(subject, dice).coverage(softness);
        return subject.picture().filtered(dice.near(Rgb.gray(gain), 0.08), alpha);
    }

    /** The surface is smeared or worn smooth, and a little paler or darker. */
    private static Picture blur(Subject subject, Dice dice) {
        Plane depth = wide(subject, dice);
        Picture smeared = Finish.smear(subject.picture(), depth, dice.direction(), dice.whole(7, 21));
        double gain = dice.sign() > 0 ? dice.between(0.7, 0.9) : dice.between(1.1, 1.3);
        return smeared.filtered(Rgb.gray(gain), depth.coverage(4));
    }

    /** Marks of ink or chalk: bars, rings, crosses and arcs in a row. */
    private static Picture print(Subject subject, Dice dice) {
        Point start = subject.somewhere(dice);
        Point along = dice.direction();
        double size = dice.scaled(4, 13);
        double width = dice.scaled(0.7, 2.2);
        Region region = new Region();
        for (int i = dice.whole(1, 5) - 1; i >= 0; i--) {
            glyph(region, start.plus(along, i * 2.4 * size), along, size, width, dice);
        }
        Plane depth = region.depth().min(subject.depth());
        Rgb ink = GenericDefect.contrasting(dice);
        return dice.chance(0.7)
                ? Finish.cover(subject.picture(), depth, ink, dice.between(1, 2), dice)
                : Finish.soak(subject.picture(), depth, ink, dice);
    }

    private static void glyph(Region region, Point center, Point along, double size, double width, Dice dice) {
        if (dice.chance(0.35)) {
            region.add(center, size, (x, y) -> width - Math.abs(size * 0.8 - center.distance(x, y)));
        }
        for (int i = dice.whole(1, 3); i > 0; i--) {
            Point from = corner(center, along, size, dice);
            region.segment(from, corner(center, along, size, dice), width, width);
        }
    }

    private static Point corner(Point center, Point along, double size, Dice dice) {
        Point across = new Point(-along.y(), along.x());
        return center.plus(along, size * dice.whole(-1, 1) * 0.8).plus(across, size * dice.whole(-1, 1));
    }

    /** Another surface where this one should be: a repair, a sticker, a piece left over. */
    private static Picture patch(Subject subject, Dice dice) {
        double radius = dice.scaled(7, 26);
        Region region = dice.chance(0.5)
                ? new Region().shard(subject.somewhere(dice), radius, dice)
                : new Region().blob(subject.somewhere(dice), radius, dice.between(0, 0.5), dice);
        Plane depth = region.depth().min(subject.depth());
        Picture other = dice.pick(Surface.ALL).paint(dice, 0.8);
        return subject.picture().mix(other, depth.coverage(dice.between(1, 3)));
    }

    private static Plane wide(Subject subject, Dice dice) {
        Point center = subject.somewhere(dice);
        Region region = new Region();
        if (dice.chance(0.4)) {
            Point along = dice.direction();
            double half = dice.between(15, 60);
            double width = dice.between(6, 16);
            region.segment(center.plus(along, -half), center.plus(along, half), width, width * dice.between(0.5, 1));
        }
        region.blob(center, dice.scaled(10, 27), dice.between(0.1, 0.8), dice);
        return region.depth().min(subject.depth());
    }
}
