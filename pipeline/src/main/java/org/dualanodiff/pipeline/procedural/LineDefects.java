package org.dualanodiff.pipeline.procedural;

import java.util.List;

/** Defects that are much longer than wide. */
final class LineDefects {
    static final List<GenericDefect> ALL = List.of(
            new GenericDefect("scratch", LineDefects::scratch),
            new GenericDefect("crack", LineDefects::crack),
            new GenericDefect("thread", LineDefects::thread),
            new GenericDefect("cut", LineDefects::cut),
            new GenericDefect("fold", LineDefects::fold));

    private LineDefects() {}

    /** One to six lines side by side, straight or evenly curved. */
    private static Picture scratch(Subject subject, Dice dice) {
        Point start = subject.somewhere(dice);
        double heading = dice.angle();
        double bend = dice.chance(0.5) ? 0 : dice.between(-0.12, 0.12);
        double width = dice.scaled(0.8, 3.2);
        Region region = new Region();
        for (int i = dice.chance(0.6) ? 1 : dice.whole(2, 6); i > 0; i--) {
            Point beside = start.plus(Point.direction(heading + 1.57), dice.between(-12, 12));
            double turned = heading + dice.between(-0.1, 0.1);
            double length = dice.scaled(30, 140);
            Point begin = beside.plus(Point.direction(turned), -length * dice.between(0.2, 0.6));
            List<Point> line = Walk.from(begin, turned, length, 0.03, bend, dice);
            region.line(line, width * dice.between(0.3, 1), width);
        }
        return grooved(subject, region, dice);
    }

    /** A jagged line that thins out and branches. */
    private static Picture crack(Subject subject, Dice dice) {
        Region region = new Region();
        double jitter = dice.between(0.3, 0.8);
        double heading = dice.angle();
        double length = dice.scaled(50, 150);
        Point begin = subject.somewhere(dice).plus(Point.direction(heading), -length * dice.between(0.1, 0.5));
        branch(region, begin, heading, length, dice.scaled(1, 3.2), jitter, dice);
        return grooved(subject, region, dice);
    }

    private static void branch(
            Region region, Point start, double heading, double length, double width, double jitter, Dice dice) {
        List<Point> line = Walk.from(start, heading, length, jitter, 0, dice);
        region.line(line, width, 0.4);
        for (int i = dice.whole(0, 2); i > 0 && length > 25; i--) {
            double turned = heading + dice.sign() * dice.between(0.4, 1.2);
            branch(region, dice.pick(line), turned, length * dice.between(0.3, 0.6), width * 0.7, jitter, dice);
        }
    }

    private static Picture grooved(Subject subject, Region region, Dice dice) {
        Rgb core = GenericDefect.contrasting(dice);
        Rgb edge = dice.color(dice.chance(0.7) ? dice.between(0.75, 1) : dice.between(0.05, 0.2));
        return Finish.groove(subject.picture(), region.depth(), core, edge, dice);
    }

    /** A loose fiber that lies in curls, with its shadow. */
    private static Picture thread(Subject subject, Dice dice) {
        Region region = new Region();
        double width = dice.scaled(0.8, 2.6);
        for (int i = dice.chance(0.7) ? 1 : dice.whole(2, 5); i > 0; i--) {
            double bend = dice.between(-0.3, 0.3);
            List<Point> line = Walk.from(subject.somewhere(dice), dice.angle(), dice.scaled(40, 150), 0.35, bend, dice);
            region.line(line, width, width);
        }
        int shadow = dice.whole(1, 3);
        Plane depth = region.depth();
        Plane below = Plane.of((x, y) -> depth.at((int) x - shadow, (int) y - shadow));
        double darkness = dice.between(0, 0.6);
        Picture shaded = subject.picture().times(below.coverage(2).map(a -> 1 - darkness * a));
        Rgb color = dice.color(dice.chance(0.6) ? dice.between(0.65, 0.95) : dice.between(0.05, 0.4));
        Plane round = depth.map(d -> 1 - 0.3 * Math.max(0, Math.min(1, 1 - d / width)));
        Picture fiber = Finish.grainy(color, dice).times(round);
        return shaded.mix(fiber, depth.coverage(1));
    }

    /** A straight slit, widest in its middle, that gapes. */
    private static Picture cut(Subject subject, Dice dice) {
        Point middle = subject.somewhere(dice);
        Point along = dice.direction();
        double half = dice.scaled(12, 45);
        double width = dice.scaled(1.5, 6);
        Region region = new Region()
                .segment(middle, middle.plus(along, half), width, 0.3)
                .segment(middle, middle.plus(along, -half), width, 0.3);
        Picture below = Finish.grainy(dice.color(dice.between(0.02, 0.25)), dice);
        Rgb rim = dice.color(dice.between(0.2, 0.95));
        Plane depth = region.depth().min(subject.depth());
        return Finish.open(subject.picture(), depth, below, rim, dice.between(0.5, 3), dice);
    }

    /** A crease: a long ridge or furrow of the surface itself. */
    private static Picture fold(Subject subject, Dice dice) {
        double width = dice.scaled(3, 9);
        double bend = dice.between(-0.06, 0.06);
        List<Point> line = Walk.from(subject.somewhere(dice), dice.angle(), dice.scaled(40, 130), 0.12, bend, dice);
        Plane depth = new Region()
                .line(line, width, width * dice.between(0.3, 1))
                .depth()
                .min(subject.depth());
        double strength = dice.sign() * dice.between(0.5, 1.2);
        double floor = dice.between(0.8, 1.2);
        return Finish.emboss(subject.picture(), depth, width, strength, floor, dice.direction());
    }
}
