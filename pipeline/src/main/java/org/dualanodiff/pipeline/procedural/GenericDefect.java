package org.dualanodiff.pipeline.procedural;

import java.util.List;
import java.util.stream.Stream;

/**
 * A family of defects that can be on anything, in any color and size.
 *
 * @param word what it is called
 * @param look draws one
 */
record GenericDefect(String word, Look look) {
    static final List<GenericDefect> ALL = Stream.of(
                    SpotDefects.ALL.stream(),
                    LineDefects.ALL.stream(),
                    EdgeDefects.ALL.stream(),
                    AreaDefects.ALL.stream())
            .flatMap(defects -> defects)
            .toList();

    @FunctionalInterface
    interface Look {
        /** The subject's picture with one such defect, which may reach beyond the subject's outline. */
        Picture on(Subject subject, Dice dice);
    }

    /** The subject's picture with one such defect, and nothing of it beside the subject. */
    Picture on(Subject subject, Dice dice) {
        return subject.picture().mix(look.on(subject, dice), subject.depth().coverage(1));
    }

    /** Dark in three of five cases, light in the others. */
    static Rgb contrasting(Dice dice) {
        return dice.color(dice.chance(0.6) ? dice.between(0.02, 0.22) : dice.between(0.7, 0.95));
    }

    /** What a stain lets through of each channel: nothing is lighter for it. */
    static Rgb filter(Dice dice) {
        Rgb color = dice.color(dice.between(0.3, 0.65));
        return new Rgb(Math.min(1, color.red()), Math.min(1, color.green()), Math.min(1, color.blue()));
    }

    /** A radius in pixels; the area is 0.8 to about 18 % of the picture. */
    static double radius(Dice dice) {
        return dice.scaled(6.5, 31);
    }
}
