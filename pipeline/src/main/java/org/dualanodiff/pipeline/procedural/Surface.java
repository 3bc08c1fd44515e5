package org.dualanodiff.pipeline.procedural;

import java.util.List;
import java.util.stream.Stream;

/**
 * A family of surfaces: a random pattern of tones between two random colors, lit as a relief.
 *
 * @param word     what it is called
 * @param typical  its usual color; others occur
 * @param contrast usual difference of its darkest and lightest tone, as a share of the color
 * @param relief   how much its tones act as heights
 * @param upright  whether it lies along the picture's borders
 * @param pattern  a tone, about 0..1, for every place, in pixels
 */
record Surface(String word, Rgb typical, double contrast, double relief, boolean upright, Pattern pattern) {
    static final List<Surface> ALL = Stream.of(
                    MineralSurfaces.ALL.stream(), SoftSurfaces.ALL.stream(), SmoothSurfaces.ALL.stream())
            .flatMap(surfaces -> surfaces)
            .toList();

    /** Makes one specimen's tones. */
    @FunctionalInterface
    interface Pattern {
        Field draw(Dice dice);
    }

    Subject draw(Dice dice) {
        return Subject.filling(word, paint(dice, 1), dice.color(dice.chance(0.7) ? 0.1 : 0.85));
    }

    /** @param strength of contrast and relief, 1 for the surface's own */
    Picture paint(Dice dice, double strength) {
        Pose pose = upright ? Pose.upright(dice) : Pose.loose(dice);
        Plane tone = Plane.of(pose.seen(pattern.draw(dice)));
        Rgb color = color(dice);
        double spread = strength * contrast * dice.between(0.6, 1.3) / 2;
        Rgb dark = color.times(1 - spread);
        Rgb light = dice.near(color.times(1 + spread), 0.12);
        return lit(Picture.toned(tone, dark, light), tone, strength, dice);
    }

    private Picture lit(Picture flat, Plane tone, double strength, Dice dice) {
        double height = strength * relief * dice.between(0.5, 1.3);
        Point light = dice.direction();
        return height == 0 ? flat : flat.times(tone.slope(light).map(slope -> 1 + height * slope));
    }

    private Rgb color(Dice dice) {
        return dice.chance(0.6) ? dice.near(typical, 0.25) : dice.color(dice.between(0.2, 0.75));
    }
}
