package org.dualanodiff.pipeline.procedural;

import java.util.List;

/** Worked, cast and coated surfaces. */
final class SmoothSurfaces {
    static final List<Surface> ALL = List.of(
            new Surface("metal", Rgb.gray(0.6), 0.5, 0.2, false, SmoothSurfaces::brushed),
            new Surface("plastic", new Rgb(0.35, 0.45, 0.6), 0.35, 0.4, false, SmoothSurfaces::grained),
            new Surface("glass", new Rgb(0.5, 0.62, 0.6), 0.7, 0, false, SmoothSurfaces::reflecting),
            new Surface("paint", new Rgb(0.6, 0.25, 0.2), 0.25, 1.5, false, SmoothSurfaces::peeled),
            new Surface("grid", Rgb.gray(0.45), 1.3, 0.4, false, SmoothSurfaces::grid),
            new Surface("foil", Rgb.gray(0.65), 0.8, 0.8, false, SmoothSurfaces::crumpled),
            new Surface("board", new Rgb(0.15, 0.4, 0.25), 0.9, 0.2, true, SmoothSurfaces::tracks));

    private SmoothSurfaces() {}

    /** Long fine streaks, and the broad bands in which they reflect. */
    private static Field brushed(Dice dice) {
        Noise noise = Noise.random(dice);
        double length = dice.scaled(0.006, 0.04);
        double streaks = dice.between(0.2, 0.8);
        return (x, y) -> {
            double fine = 0.6 * noise.at(length * x, 1.1 * y) + 0.4 * noise.at(length * x + 40, 0.35 * y);
            double band = noise.at(0.012 * x + 0.004 * y, 0.004 * y + 90);
            return streaks * fine + (1 - streaks) * band;
        };
    }

    private static Field grained(Dice dice) {
        Noise noise = Noise.random(dice);
        double grain = dice.between(0, 0.5);
        double size = dice.scaled(0.25, 0.9);
        return (x, y) -> grain * noise.at(size * x, size * y) + (1 - grain) * noise.at(0.012 * x, 0.012 * y + 50);
    }

    /** Straight reflections with sharp and soft edges. */
    private static Field reflecting(Dice dice) {
        Noise noise = Noise.random(dice);
        double width = dice.scaled(0.012, 0.04);
        double hardness = dice.scaled(1.5, 12);
        return (x, y) -> {
            double window = Ramp.smooth(0.5 + hardness * (noise.at(width * x, 0.002 * y) - 0.5));
            return 0.6 * window + 0.3 * noise.at(0.01 * x + 70, 0.01 * y) + 0.05 * noise.at(0.9 * x, 0.9 * y);
        };
    }

    /** The orange peel of a sprayed coat. */
    private static Field peeled(Dice dice) {
        Noise noise = Noise.random(dice);
        double size = dice.scaled(0.12, 0.4);
        return (x, y) -> 0.5 * noise.at(size * x, size * y) + 0.6 * noise.at(0.013 * x, 0.013 * y + 50);
    }

    /** Wires that cross at right angles. */
    private static Field grid(Dice dice) {
        Noise noise = Noise.random(dice);
        double pitch = dice.between(9, 24);
        double wire = pitch * dice.between(0.12, 0.3);
        double aspect = dice.chance(0.5) ? 1 : dice.between(0.5, 1.5);
        return (x, y) -> {
            double wobble = noise.at(0.05 * x, 0.05 * y);
            double u = MineralSurfaces.fromSide(pitch * SoftSurfaces.fraction(x / pitch), pitch);
            double v = MineralSurfaces.fromSide(pitch * SoftSurfaces.fraction(y * aspect / pitch), pitch) / aspect;
            double depth = wire / 2 + wobble - Math.min(u, v);
            return 0.9 * Ramp.clamp(0.5 + depth) * (0.7 + 0.3 * noise.at(0.5 * x, 0.5 * y)) + 0.1 * wobble;
        };
    }

    /** Flat facets between sharp folds. */
    private static Field crumpled(Dice dice) {
        Cells cells = new Cells(Noise.random(dice));
        Noise noise = Noise.random(dice);
        double size = dice.scaled(0.02, 0.06);
        return (x, y) -> {
            double facet = cells.inside(size * x, size * y);
            double tilt = noise.fractal(0.5 * size * x, 0.5 * size * y);
            return 0.5 * facet + 0.6 * tilt + 0.08 * noise.at(0.8 * x, 0.8 * y + 30);
        };
    }

    /** A printed circuit board: tracks along two axes, with pads. */
    private static Field tracks(Dice dice) {
        Noise noise = Noise.random(dice);
        double pitch = dice.between(8, 15);
        double width = pitch * dice.between(0.15, 0.3);
        double pad = pitch * dice.between(0.22, 0.4);
        return (x, y) -> {
            int column = (int) Math.floor(x / pitch);
            int row = (int) Math.floor(y / pitch);
            double u = x - (column + 0.5) * pitch;
            double v = y - (row + 0.5) * pitch;
            boolean across = noise.unit(column / 3, row) < 0.45;
            double line = across ? width - Math.abs(v) : width - Math.abs(u);
            double round = noise.unit(column + 50, row + 90) < 0.3 ? pad - Math.sqrt(u * u + v * v) : -1;
            double copper = Math.max(0.55 * Ramp.clamp(line + 0.5), 0.9 * Ramp.clamp(round + 0.5));
            return 0.15 + copper + 0.1 * noise.at(0.4 * x, 0.4 * y);
        };
    }
}
