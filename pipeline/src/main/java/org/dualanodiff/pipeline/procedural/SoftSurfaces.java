package org.dualanodiff.pipeline.procedural;

import java.util.List;

/** Skins, fibers and foams. */
final class SoftSurfaces {
    static final List<Surface> ALL = List.of(
            new Surface("leather", new Rgb(0.45, 0.28, 0.18), 0.7, 0.7, false, SoftSurfaces::leather),
            new Surface("carpet", new Rgb(0.45, 0.4, 0.38), 0.9, 0.3, false, SoftSurfaces::carpet),
            new Surface("knit", new Rgb(0.6, 0.3, 0.3), 0.9, 0.2, false, SoftSurfaces::knit),
            new Surface("felt", new Rgb(0.3, 0.45, 0.4), 0.5, 0.4, false, SoftSurfaces::felt),
            new Surface("paper", Rgb.gray(0.82), 0.12, 0.8, false, SoftSurfaces::felt),
            new Surface("foam", new Rgb(0.75, 0.72, 0.6), 0.7, 0.5, false, SoftSurfaces::foam),
            new Surface("rubber", Rgb.gray(0.2), 0.5, 0.9, false, SoftSurfaces::rubber));

    private SoftSurfaces() {}

    /** Small cushions between fine furrows. */
    private static Field leather(Dice dice) {
        Cells cells = new Cells(Noise.random(dice));
        Noise noise = Noise.random(dice);
        double grain = dice.scaled(0.1, 0.3);
        return (x, y) -> {
            double warp = 2 * noise.at(0.1 * x, 0.1 * y);
            double cushion = Math.min(1, 1.8 * cells.inside(grain * (x + warp), grain * (y - warp)));
            return 0.65 * cushion + 0.35 * noise.fractal(0.03 * x, 0.03 * y + 40);
        };
    }

    /** Tufts in rows. */
    private static Field carpet(Dice dice) {
        Noise noise = Noise.random(dice);
        double row = dice.between(3.5, 7);
        double order = dice.between(0.2, 0.8);
        return (x, y) -> {
            double sway = 2 * noise.at(0.06 * x, 0.06 * y);
            double rib = 0.5 + 0.5 * Math.abs(2 * fraction((x + sway) / row) - 1);
            double tuft = noise.at(0.55 * x, 0.4 * y + 30);
            return order * rib + (1 - order) * tuft + 0.25 * (noise.at(0.02 * x + 70, 0.02 * y) - 0.5);
        };
    }

    /** Columns of slanted stitches that mirror each other. */
    private static Field knit(Dice dice) {
        Noise noise = Noise.random(dice);
        double width = dice.between(7, 13);
        double height = width * dice.between(0.45, 0.8);
        double slant = dice.between(0.4, 0.9);
        return (x, y) -> {
            double wool = noise.at(0.5 * x, 0.5 * y);
            double across = 2 * fraction((x + 1.5 * wool) / width) - 1;
            double along = 2 * fraction((y + slant * width * Math.abs(across) / 2) / height) - 1;
            double round = 1 - along * along * 0.8 - Math.abs(2 * Math.abs(across) - 1) * 0.4;
            return round * (0.75 + 0.25 * wool) + 0.2 * (noise.at(0.03 * x, 0.03 * y) - 0.5);
        };
    }

    /** Short fibers in all directions: warped noise, long along the warp. */
    private static Field felt(Dice dice) {
        Noise noise = Noise.random(dice);
        double fine = dice.scaled(0.3, 0.7);
        return (x, y) -> {
            double bend = 12 * noise.at(0.05 * x, 0.05 * y);
            double fiber = noise.at(fine * (x + bend), 0.15 * (y - bend));
            double other = noise.at(0.15 * (x - bend) + 60, fine * (y + bend));
            return 0.35 * fiber + 0.35 * other + 0.3 * noise.fractal(0.03 * x, 0.03 * y + 80);
        };
    }

    private static Field foam(Dice dice) {
        Cells cells = new Cells(Noise.random(dice));
        Noise noise = Noise.random(dice);
        double size = dice.scaled(0.08, 0.25);
        double wall = dice.between(0.15, 0.4);
        return (x, y) -> {
            double bubble = Ramp.smooth((cells.inside(size * x, size * y) - wall) / 0.5);
            return 0.9 - 0.7 * bubble + 0.2 * noise.fractal(0.05 * x, 0.05 * y);
        };
    }

    /** Molded studs or ribs on a fine grain. */
    private static Field rubber(Dice dice) {
        Noise noise = Noise.random(dice);
        double pitch = dice.between(7, 18);
        double size = dice.between(0.25, 0.42);
        boolean ribs = dice.chance(0.4);
        return (x, y) -> {
            double u = fraction(x / pitch) - 0.5;
            double v = ribs ? 0 : fraction(y / pitch) - 0.5;
            double stud = Ramp.smooth((size - Math.sqrt(u * u + v * v)) * pitch / 2.5);
            return 0.55 * stud + 0.25 * noise.at(0.8 * x, 0.8 * y) + 0.3 * noise.fractal(0.03 * x, 0.03 * y);
        };
    }

    static double fraction(double value) {
        return value - Math.floor(value);
    }
}
