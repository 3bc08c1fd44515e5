package org.dualanodiff.pipeline.procedural;

import java.util.List;

/**
 * A family of objects on a ground: a random form of a random material, with a rounded or beveled rim.
 *
 * @param word what it is called
 * @param mold makes one specimen's form
 */
record Body(String word, Mold mold) {
    static final List<Body> ALL = List.of(
            new Body("ring", Molds::ring),
            new Body("disc", Molds::disc),
            new Body("bolt", Molds::bolt),
            new Body("screw", Molds::screw),
            new Body("pill", Molds::pill),
            new Body("gear", Molds::gear),
            new Body("plate", Molds::plate),
            new Body("button", Molds::button),
            new Body("cap", Molds::cap));

    @FunctionalInterface
    interface Mold {
        Form draw(Dice dice);
    }

    Subject draw(Dice dice) {
        Pose pose = Pose.centered(dice);
        Form form = mold.draw(dice);
        Plane depth = Plane.of(pose.seen(form.outline())).map(value -> value * pose.scale());
        Plane carving = Plane.of(pose.seen(form.carving())).map(value -> value * pose.scale());
        Point light = dice.direction();
        Picture ground = shaded(ground(dice), depth, light, dice);
        Picture object = lit(material(dice), height(depth, carving, dice), carving, light, dice);
        return new Subject(word, ground.mix(object, depth.map(d -> Ramp.clamp(d + 0.5))), depth, () -> ground);
    }

    private static Picture ground(Dice dice) {
        return dice.pick(Surface.ALL).paint(dice, dice.between(0.05, 0.35));
    }

    /** Most are plain, so that their form shows. */
    private static Picture material(Dice dice) {
        if (dice.chance(0.5)) {
            return dice.pick(Surface.ALL).paint(dice, dice.between(0.1, 0.6));
        }
        Noise noise = Noise.random(dice);
        Rgb color = dice.color(dice.between(0.3, 0.85));
        Plane tone = Plane.of((x, y) -> noise.at(0.7 * x, 0.7 * y));
        return Picture.toned(tone, color.times(0.96), color.times(1.04));
    }

    /** The soft shadow beside the object, away from the light. */
    private static Picture shaded(Picture ground, Plane depth, Point light, Dice dice) {
        double reach = dice.between(1, 6);
        double blur = dice.between(3, 10);
        double darkness = dice.between(0.1, 0.6);
        int dx = (int) Math.rint(reach * light.x());
        int dy = (int) Math.rint(reach * light.y());
        return ground.times(Plane.of((x, y) -> {
            double shadow = Ramp.smooth(0.5 + depth.at((int) x + dx, (int) y + dy) / blur);
            return 1 - darkness * shadow;
        }));
    }

    private static Plane height(Plane depth, Plane carving, Dice dice) {
        double round = dice.scaled(2.5, 28);
        double tall = round * dice.between(0.3, 0.7);
        Plane bulge = depth.map(d -> {
            double t = 1 - Ramp.clamp(d / round);
            return tall * Math.sqrt(1 - t * t * 0.98);
        });
        return bulge.plus(carving.map(d -> -1.5 * Ramp.smooth(0.5 + d / 3)));
    }

    private static Picture lit(Picture material, Plane height, Plane carving, Point light, Dice dice) {
        double contrast = dice.between(0.3, 0.8);
        double gloss = dice.chance(0.5) ? dice.between(0.1, 0.5) : 0;
        Plane slope = height.slope(light);
        Picture shaded = material.times(slope.map(s ->
                        Math.max(0.25, 1 + contrast * Ramp.clamp(0.5 + s / 2) * 2 - contrast)))
                .times(carving.map(d -> 1 - 0.3 * Ramp.smooth(0.5 + d / 2)));
        return shaded.plus(slope.map(s -> gloss * Ramp.smooth((s - 0.25) * 3) * Ramp.smooth((1.1 - s) * 3)));
    }
}
