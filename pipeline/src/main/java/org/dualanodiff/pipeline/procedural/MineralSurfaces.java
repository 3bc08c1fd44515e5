package org.dualanodiff.pipeline.procedural;

import java.util.List;

/** Hard, rough surfaces. */
final class MineralSurfaces {
    static final List<Surface> ALL = List.of(
            new Surface("stone", Rgb.gray(0.5), 0.8, 0.3, false, MineralSurfaces::stone),
            new Surface("marble", Rgb.gray(0.75), 0.6, 0, false, MineralSurfaces::marble),
            new Surface("concrete", Rgb.gray(0.55), 0.4, 0.8, false, MineralSurfaces::concrete),
            new Surface("tile", Rgb.gray(0.4), 0.7, 0, true, MineralSurfaces::tile),
            new Surface("brick", new Rgb(0.6, 0.33, 0.25), 0.9, 0.5, true, MineralSurfaces::brick),
            new Surface("sand", new Rgb(0.7, 0.58, 0.42), 0.4, 0.5, false, MineralSurfaces::sand));

    private MineralSurfaces() {}

    /** Grains of several minerals over a cloudy ground. */
    private static Field stone(Dice dice) {
        Noise noise = Noise.random(dice);
        Cells cells = new Cells(Noise.random(dice));
        double grain = dice.scaled(0.08, 0.35);
        double speckle = dice.between(0.1, 0.6);
        return (x, y) -> {
            double cloud = noise.fractal(0.03 * x, 0.03 * y);
            double mineral = noise.at(2.5 * grain * x + 40, 2.5 * grain * y);
            double edge = Math.min(1, 2 * cells.inside(grain * x, grain * y));
            return 0.5 * cloud + speckle * (mineral - 0.5) + 0.3 * edge + 0.1;
        };
    }

    /** Veins along the folds of warped noise. */
    private static Field marble(Dice dice) {
        Noise noise = Noise.random(dice);
        double width = dice.scaled(3, 12);
        double warp = dice.between(20, 60);
        return (x, y) -> {
            double bend = warp * noise.fractal(0.02 * x, 0.02 * y);
            double vein = Math.abs(noise.at(0.03 * (x + bend) + 50, 0.012 * (y + bend)) - 0.5);
            return 0.75 * Ramp.clamp(width * vein) + 0.25 * noise.fractal(0.06 * x, 0.06 * y + 30);
        };
    }

    private static Field concrete(Dice dice) {
        Noise noise = Noise.random(dice);
        Cells pores = new Cells(Noise.random(dice));
        double size = dice.scaled(0.04, 0.12);
        double poreDepth = dice.between(0, 1.2);
        return (x, y) -> {
            double pore = Ramp.clamp(6 * (pores.inside(size * x, size * y) - 0.75));
            double grit = noise.at(0.7 * x, 0.7 * y);
            return 0.5 * noise.fractal(0.025 * x + 9, 0.025 * y) + 0.4 * grit + 0.15 - poreDepth * pore * 0.4;
        };
    }

    /** A ground ceramic tile: streaks along one axis, dim patches, and now and then a dark edge. */
    private static Field tile(Dice dice) {
        Noise noise = Noise.random(dice);
        double streaks = dice.between(0.15, 0.7);
        double fineness = dice.scaled(0.25, 0.9);
        double edgeAt = dice.chance(0.5) ? dice.between(2, 14) : -50;
        double side = dice.sign();
        return (x, y) -> {
            double fine = noise.at(fineness * x, 0.012 * y);
            double line = Ramp.clamp(8 * (noise.at(1.1 * x + 31, 0.02 * y + 70) - 0.86));
            double patch = noise.fractal(0.018 * x + 90, 0.014 * y);
            double fromEdge = side > 0 ? x : Plane.SIZE - x;
            double edge = 1 - Ramp.smooth((fromEdge - edgeAt + 3 * noise.at(0, 0.1 * y)) / 5);
            return 0.2 + streaks * (0.6 * fine + line - 0.3) + 0.6 * patch - 0.9 * edge;
        };
    }

    private static Field brick(Dice dice) {
        Noise noise = Noise.random(dice);
        double length = dice.between(34, 60);
        double height = length * dice.between(0.35, 0.55);
        double joint = dice.between(1.2, 3);
        return (x, y) -> {
            double row = Math.floor(y / height);
            double shifted = x + (((int) row & 1) == 0 ? 0 : length / 2);
            double column = Math.floor(shifted / length);
            double depth = Math.min(fromSide(shifted - column * length, length), fromSide(y - row * height, height));
            double burnt = noise.unit((int) column, (int) row);
            double face = 0.45 + 0.35 * burnt + 0.3 * noise.fractal(0.15 * x, 0.15 * y);
            return face * Ramp.smooth((depth - joint + noise.at(0.3 * x, 0.3 * y + 60)) / 2);
        };
    }

    private static Field sand(Dice dice) {
        Noise noise = Noise.random(dice);
        double ripples = dice.between(0, 0.5);
        double width = dice.scaled(0.06, 0.2);
        return (x, y) -> {
            double wave = noise.at(width * x + 3 * noise.at(0.02 * x, 0.02 * y), 0.015 * y + 20);
            return 0.7 * noise.at(0.8 * x, 0.8 * y) + ripples * wave + 0.2 * noise.at(0.05 * x, 0.05 * y);
        };
    }

    static double fromSide(double place, double length) {
        return Math.min(place, length - place);
    }
}
