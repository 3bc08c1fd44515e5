package org.dualanodiff.pipeline.procedural;

import java.util.List;

/** Defects that begin at the outline. */
final class EdgeDefects {
    static final List<GenericDefect> ALL = List.of(
            new GenericDefect("chip", EdgeDefects::chip),
            new GenericDefect("break", EdgeDefects::broken),
            new GenericDefect("fray", EdgeDefects::fray));

    private EdgeDefects() {}

    /** A piece is missing: the ground shows beside a fresh fracture. */
    private static Picture chip(Subject subject, Dice dice) {
        Point rim = subject.onRim(dice);
        double radius = dice.scaled(8, 30);
        Region region = dice.chance(0.5)
                ? new Region().shard(rim, radius, dice)
                : new Region().blob(rim, radius, dice.between(0.1, 0.6), dice);
        return missing(subject, region.depth(), dice);
    }

    /** A whole corner or side is gone along a rough line. */
    private static Picture broken(Subject subject, Dice dice) {
        Point rim = subject.onRim(dice);
        double turn = StrictMath.atan2(rim.y() - Point.CENTER.y(), rim.x() - Point.CENTER.x());
        Point outwards = Point.direction(turn + dice.between(-0.5, 0.5));
        double reach = dice.scaled(5, 28);
        double rough = dice.between(2, 10);
        double waves = dice.scaled(0.04, 0.15);
        Noise noise = Noise.random(dice);
        Plane depth = Plane.of((x, y) -> {
            double along = (x - rim.x()) * outwards.x() + (y - rim.y()) * outwards.y();
            return along + reach + rough * (noise.fractal(waves * x, waves * y) - 0.5);
        });
        return missing(subject, depth, dice);
    }

    private static Picture missing(Subject subject, Plane region, Dice dice) {
        double fractureWidth = dice.between(0, 6);
        Rgb fracture = dice.color(dice.between(0.15, 0.9));
        Plane onSubject = subject.depth().coverage(1);
        Picture fresh = Finish.grainy(fracture, dice);
        Plane wall = region.map(d -> Ramp.clamp(d + fractureWidth)).times(onSubject);
        Plane gone = region.map(Ramp::clamp).times(onSubject);
        return subject.picture().mix(fresh, wall).mix(below(subject, dice), gone);
    }

    private static Picture below(Subject subject, Dice dice) {
        return subject.fills() && dice.chance(0.5)
                ? Finish.grainy(dice.color(dice.between(0.02, 0.95)), dice)
                : subject.ground().get();
    }

    /** A band along the rim has come apart into fibers or flakes. */
    private static Picture fray(Subject subject, Dice dice) {
        Point rim = subject.onRim(dice);
        Point along = subject.fills() ? borderAt(rim) : tangentAt(rim);
        double half = dice.scaled(15, 50);
        double width = dice.scaled(4, 14);
        Region region = new Region().segment(rim.plus(along, -half), rim.plus(along, half), width, width);
        Noise noise = Noise.random(dice);
        double fine = dice.scaled(0.2, 0.7);
        double length = dice.between(3, 12);
        Plane frayed = region.depth().plus(Plane.of((x, y) -> {
            double u = x * along.x() + y * along.y();
            double v = y * along.x() - x * along.y();
            return length * (noise.at(fine * u, 0.08 * v) - 0.5);
        }));
        Plane depth = frayed.min(subject.depth());
        Rgb color = dice.color(dice.between(0.05, 0.9));
        return Finish.cover(subject.picture(), depth, color, dice.between(1, 5), dice);
    }

    private static Point tangentAt(Point rim) {
        double length = Math.max(1, Point.CENTER.distance(rim.x(), rim.y()));
        return new Point((Point.CENTER.y() - rim.y()) / length, (rim.x() - Point.CENTER.x()) / length);
    }

    private static Point borderAt(Point rim) {
        boolean atSide = Math.abs(rim.x() - Point.CENTER.x()) > Math.abs(rim.y() - Point.CENTER.y());
        return atSide ? new Point(0, 1) : new Point(1, 0);
    }
}
