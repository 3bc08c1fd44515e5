package org.dualanodiff.pipeline.procedural;

import java.util.List;

/** Defects that are about as wide as long. */
final class SpotDefects {
    static final List<GenericDefect> ALL = List.of(
            new GenericDefect("hole", SpotDefects::hole),
            new GenericDefect("blowhole", SpotDefects::blowhole),
            new GenericDefect("spot", SpotDefects::spot),
            new GenericDefect("stain", SpotDefects::stain),
            new GenericDefect("rust", SpotDefects::rust),
            new GenericDefect("burn", SpotDefects::burn),
            new GenericDefect("dent", SpotDefects::dent),
            new GenericDefect("bubble", SpotDefects::bubble));

    private SpotDefects() {}

    private static Picture hole(Subject subject, Dice dice) {
        Plane depth = blob(subject, GenericDefect.radius(dice), dice.between(0, 0.6), dice);
        Picture below =
                dice.chance(0.3) ? subject.ground().get() : Finish.grainy(dice.color(dice.between(0.02, 0.2)), dice);
        Rgb rim = dice.color(dice.between(0.15, 0.9));
        return Finish.open(subject.picture(), depth, below, rim, dice.between(0.5, 4.5), dice);
    }

    /** Small round pores, alone or in a swarm. */
    private static Picture blowhole(Subject subject, Dice dice) {
        Region region = swarm(subject, dice.chance(0.5) ? 1 : dice.whole(2, 9), 2.5, 9, dice);
        Picture below = Finish.grainy(dice.color(dice.between(0.02, 0.15)), dice);
        Rgb rim = dice.color(dice.between(0.1, 0.7));
        Plane depth = region.depth().min(subject.depth());
        return Finish.open(subject.picture(), depth, below, rim, dice.between(0.5, 2.5), dice);
    }

    /** Something else on the surface or in it: specks, drops, splashes. */
    private static Picture spot(Subject subject, Dice dice) {
        Region region = swarm(subject, dice.chance(0.4) ? 1 : dice.whole(2, 14), 2, 12, dice);
        Plane depth = region.depth().min(subject.depth());
        Picture lit = dice.chance(0.4)
                ? Finish.emboss(subject.picture(), depth, 3, dice.between(-1, 1), 1, dice.direction())
                : subject.picture();
        return Finish.cover(lit, depth, GenericDefect.contrasting(dice), dice.scaled(1, 5), dice);
    }

    private static Picture stain(Subject subject, Dice dice) {
        Plane depth = blob(subject, GenericDefect.radius(dice), dice.between(0, 0.8), dice);
        return Finish.soak(subject.picture(), depth, GenericDefect.filter(dice), dice);
    }

    /** Brown to black growth in flecks. */
    private static Picture rust(Subject subject, Dice dice) {
        Point center = subject.somewhere(dice);
        Region region = new Region().blob(center, GenericDefect.radius(dice), dice.between(0.4, 0.9), dice);
        for (int i = dice.whole(0, 6); i > 0; i--) {
            Point beside = center.plus(dice.direction(), dice.between(8, 30));
            region.blob(beside, dice.scaled(2, 8), 0.7, dice);
        }
        Rgb brown = dice.near(new Rgb(0.5, 0.26, 0.13), 0.35);
        Picture soaked = Finish.soak(subject.picture(), region.depth().min(subject.depth()), brown, dice);
        Plane crust = region.depth().min(subject.depth()).map(d -> d - 3);
        return Finish.cover(soaked, crust, brown.times(dice.between(0.5, 1)), dice.between(4, 9), dice);
    }

    /** Charred in the middle, browned around. */
    private static Picture burn(Subject subject, Dice dice) {
        double radius = GenericDefect.radius(dice);
        Plane depth = blob(subject, radius, dice.between(0.1, 0.5), dice);
        Picture brown = Finish.soak(subject.picture(), depth, dice.near(new Rgb(0.55, 0.4, 0.25), 0.2), dice);
        Plane charred = depth.map(d -> d - radius * 0.35);
        return Finish.cover(brown, charred, dice.color(dice.between(0.02, 0.12)), dice.between(3, 12), dice);
    }

    private static Picture dent(Subject subject, Dice dice) {
        double radius = GenericDefect.radius(dice);
        Plane depth = blob(subject, radius, dice.between(0, 0.4), dice);
        double wall = radius * dice.between(0.35, 1);
        double floor = dice.chance(0.6) ? dice.between(0.65, 0.88) : dice.between(1.1, 1.25);
        double strength = dice.between(-1.1, 1.1);
        return Finish.emboss(subject.picture(), depth, wall, strength, floor, dice.direction());
    }

    /** Round and raised, with a glint. */
    private static Picture bubble(Subject subject, Dice dice) {
        Point light = dice.direction();
        Picture picture = subject.picture();
        for (int i = dice.whole(1, 5); i > 0; i--) {
            Point center = subject.somewhere(dice);
            double radius = dice.scaled(4, 15);
            Plane depth = new Region().blob(center, radius, 0.1, dice).depth().min(subject.depth());
            picture = Finish.emboss(picture, depth, radius, dice.between(0.4, 1), dice.between(0.85, 1.2), light);
            Point glint = center.plus(light, -radius / 2);
            Plane bright =
                    new Region().blob(glint, radius / 5, 0.2, dice).depth().min(depth);
            picture = picture.mix(Rgb.gray(0.97), bright.coverage(2));
        }
        return picture;
    }

    private static Plane blob(Subject subject, double radius, double roughness, Dice dice) {
        Region region = new Region().blob(subject.somewhere(dice), radius, roughness, dice);
        return region.depth().min(subject.depth());
    }

    /** Some blobs around one place. */
    private static Region swarm(Subject subject, int count, double smallest, double largest, Dice dice) {
        Point center = subject.somewhere(dice);
        double spread = dice.between(8, 40);
        double roughness = dice.between(0, 0.6);
        Region region = new Region();
        for (int i = 0; i < count; i++) {
            Point place = i == 0 ? center : center.plus(dice.direction(), dice.between(4, spread));
            region.blob(place, dice.scaled(smallest, largest), roughness, dice);
        }
        return region;
    }
}
