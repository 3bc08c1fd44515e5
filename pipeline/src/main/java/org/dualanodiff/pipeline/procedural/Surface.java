package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Field.Interpolation.clamp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.lerp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.smoothstep;

import java.util.List;

/**
 * A family of textures: tones between two random colors, lit as a relief.
 *
 * @param name     a word
 * @param typical  its usual color; others occur
 * @param contrast usual difference of its darkest and lightest tone, as a share of the color
 * @param relief   how much its tones act as heights
 * @param upright  whether it lies along the picture's borders
 * @param pattern  its tones
 */
record Surface(String name, Rgb typical, double contrast, double relief, boolean upright, Pattern pattern) {
    static final List<Surface> ALL = List.of(
            new Surface("stone", Rgb.gray(0.5), 0.8, 0.3, false, Surface::stone),
            new Surface("marble", Rgb.gray(0.75), 0.6, 0, false, Surface::marble),
            new Surface("concrete", Rgb.gray(0.55), 0.4, 0.8, false, Surface::concrete),
            new Surface("tile", Rgb.gray(0.4), 0.7, 0, true, Surface::tile),
            new Surface("brick", new Rgb(0.6, 0.33, 0.25), 0.9, 0.5, true, Surface::brick),
            new Surface("sand", new Rgb(0.7, 0.58, 0.42), 0.4, 0.5, false, Surface::sand),
            new Surface("leather", new Rgb(0.45, 0.28, 0.18), 0.7, 0.7, false, Surface::leather),
            new Surface("carpet", new Rgb(0.45, 0.4, 0.38), 0.9, 0.3, false, Surface::carpet),
            new Surface("knit", new Rgb(0.6, 0.3, 0.3), 0.9, 0.2, false, Surface::knit),
            new Surface("felt", new Rgb(0.3, 0.45, 0.4), 0.5, 0.4, false, Surface::felt),
            new Surface("paper", Rgb.gray(0.82), 0.12, 0.8, false, Surface::felt),
            new Surface("foam", new Rgb(0.75, 0.72, 0.6), 0.7, 0.5, false, Surface::foam),
            new Surface("rubber", Rgb.gray(0.2), 0.5, 0.9, false, Surface::studded),
            new Surface("metal", Rgb.gray(0.6), 0.5, 0.2, false, Surface::brushed),
            new Surface("plastic", new Rgb(0.35, 0.45, 0.6), 0.35, 0.4, false, Surface::grained),
            new Surface("glass", new Rgb(0.5, 0.62, 0.6), 0.7, 0, false, Surface::reflecting),
            new Surface("paint", new Rgb(0.6, 0.25, 0.2), 0.25, 1.5, false, Surface::grained),
            new Surface("grid", Rgb.gray(0.45), 1.3, 0.4, false, Surface::wires),
            new Surface("foil", Rgb.gray(0.65), 0.8, 0.8, false, Surface::crumpled),
            new Surface("board", new Rgb(0.15, 0.4, 0.25), 0.9, 0.2, true, Surface::tracks));

    @FunctionalInterface
    interface Pattern {
        /**
         * @param a of the specimen, 0..1, as {@code b} is
         * @return a tone, about 0..1
         */
        double tone(double x, double y, Noise noise, double a, double b);
    }

    /** One that fills the picture, over something of one color. */
    Scene draw(PictureRandom random) {
        Texture below = Texture.plain(Rgb.random(random.chance(0.7) ? 0.1 : 0.85, random));
        return new Scene(Canvas.painted(texture(random, 1)), Field.EVERYWHERE, below);
    }

    /** Any of the surfaces. */
    static Texture any(PictureRandom random, double strength) {
        return random.pick(ALL).texture(random, strength);
    }

    /** @param strength of contrast and relief, 1 for the surface's own */
    private Texture texture(PictureRandom random, double strength) {
        Field tone = tone(random);
        Rgb color = random.chance(0.6) ? typical.varied(random, 0.25) : Rgb.random(random.uniform(0.2, 0.75), random);
        double spread = strength * contrast * random.uniform(0.6, 1.3) / 2;
        Rgb dark = color.times(1 - spread);
        Rgb light = color.times(1 + spread).varied(random, 0.12);
        double height = strength * relief * random.uniform(0.5, 1.3) / 2;
        Point towards = random.direction();
        return (x, y) -> dark.mix(light, tone.at(x, y)).times(1 + height * tone.slope(x, y, towards));
    }

    private Field tone(PictureRandom random) {
        Noise noise = random.noise();
        double a = random.uniform(0, 1);
        double b = random.uniform(0, 1);
        Field tone = (x, y) -> pattern.tone(x, y, noise, a, b);
        Point place = new Point(random.uniform(-500, 500), random.uniform(-500, 500));
        Field posed = upright
                ? tone.placed(Point.ORIGIN, Point.direction(random.uniform(-0.03, 0.03)), 1)
                : tone.placed(place, random.direction(), random.logUniform(0.6, 1.7));
        return posed.sampled();
    }

    /** Grains of several minerals over a cloudy ground. */
    private static double stone(double x, double y, Noise noise, double a, double b) {
        double grain = lerp(0.08, 0.35, a * a);
        double edge = Math.min(1, 2 * noise.cells(grain * x, grain * y));
        double mineral = lerp(0.1, 0.6, b) * (noise.at(2.5 * grain * x + 40, 2.5 * grain * y) - 0.5);
        return 0.5 * noise.fractal(0.03 * x, 0.03 * y) + mineral + 0.3 * edge + 0.1;
    }

    /** Veins along the folds of warped noise. */
    private static double marble(double x, double y, Noise noise, double a, double b) {
        double bend = lerp(20, 60, a) * noise.fractal(0.02 * x, 0.02 * y);
        double vein = Math.abs(noise.at(0.03 * (x + bend) + 50, 0.012 * (y + bend)) - 0.5);
        return 0.75 * clamp(lerp(3, 12, b) * vein) + 0.25 * noise.at(0.12 * x, 0.12 * y + 30);
    }

    /** Grit, with round pores or without. */
    private static double concrete(double x, double y, Noise noise, double a, double b) {
        double size = lerp(0.04, 0.12, a);
        double pore = clamp(6 * (noise.cells(size * x, size * y) - 0.75));
        double cloud = noise.fractal(0.025 * x + 9, 0.025 * y);
        return 0.5 * cloud + 0.4 * noise.at(0.7 * x, 0.7 * y) + 0.15 - 0.5 * b * pore;
    }

    /** A ground ceramic tile: streaks along one axis, dim patches, and now and then a dark edge. */
    private static double tile(double x, double y, Noise noise, double a, double b) {
        double fine = noise.at(lerp(0.25, 0.9, b) * x, 0.012 * y);
        double line = clamp(8 * (noise.at(1.1 * x + 31, 0.02 * y + 70) - 0.86));
        double fromEdge = b < 0.5 ? x : Canvas.SIZE - x;
        double edge = 1 - smoothstep((fromEdge - 28 * (a - 0.5) + 3 * noise.at(0, 0.1 * y)) / 5);
        double patch = noise.fractal(0.018 * x + 90, 0.014 * y);
        return 0.2 + lerp(0.15, 0.7, a) * (0.6 * fine + line - 0.3) + 0.6 * patch - 0.9 * edge;
    }

    private static double brick(double x, double y, Noise noise, double a, double b) {
        double length = lerp(34, 60, a);
        double height = length * lerp(0.35, 0.55, b);
        long row = (long) Math.floor(y / height);
        double shifted = x + (row & 1) * length / 2;
        double joint = Math.min(fromLine(shifted, length), fromLine(y, height)) - lerp(1.2, 3, a);
        double burnt = noise.unit((long) Math.floor(shifted / length), row);
        double face = 0.45 + 0.35 * burnt + 0.3 * noise.fractal(0.15 * x, 0.15 * y);
        return face * smoothstep((joint + noise.at(0.3 * x, 0.3 * y + 60)) / 2);
    }

    /** Grains, with ripples or without. */
    private static double sand(double x, double y, Noise noise, double a, double b) {
        double ripple = noise.at(lerp(0.06, 0.2, a) * x + 3 * noise.at(0.02 * x, 0.02 * y), 0.015 * y + 20);
        return 0.7 * noise.at(0.8 * x, 0.8 * y) + 0.5 * b * ripple + 0.2 * noise.at(0.05 * x, 0.05 * y);
    }

    /** Small cushions between fine furrows. */
    private static double leather(double x, double y, Noise noise, double a, double b) {
        double grain = lerp(0.1, 0.3, a * b);
        double warp = 2 * noise.at(0.1 * x, 0.1 * y);
        double cushion = Math.min(1, 1.8 * noise.cells(grain * (x + warp), grain * (y - warp)));
        return 0.65 * cushion + 0.35 * noise.fractal(0.03 * x, 0.03 * y + 40);
    }

    /** Tufts in rows. */
    private static double carpet(double x, double y, Noise noise, double a, double b) {
        double sway = 2 * noise.at(0.06 * x, 0.06 * y);
        double rib = 0.5 + Math.abs(fraction((x + sway) / lerp(3.5, 7, a)) - 0.5);
        double tuft = noise.at(0.55 * x, 0.4 * y + 30);
        return lerp(tuft, rib, lerp(0.2, 0.8, b)) + 0.25 * (noise.at(0.02 * x + 70, 0.02 * y) - 0.5);
    }

    /** Columns of slanted stitches that mirror each other. */
    private static double knit(double x, double y, Noise noise, double a, double b) {
        double width = lerp(7, 13, a);
        double wool = noise.at(0.5 * x, 0.5 * y);
        double across = Math.abs(2 * fraction((x + 1.5 * wool) / width) - 1);
        double slanted = y + lerp(0.2, 0.45, b) * width * across;
        double along = 2 * fraction(slanted / (width * lerp(0.45, 0.8, b))) - 1;
        double round = 1 - along * along * 0.8 - Math.abs(2 * across - 1) * 0.4;
        return round * (0.75 + 0.25 * wool) + 0.2 * (noise.at(0.03 * x, 0.03 * y) - 0.5);
    }

    /** Short fibers in all directions: warped noise, long along the warp. */
    private static double felt(double x, double y, Noise noise, double a, double b) {
        double fine = lerp(0.3, 0.7, a);
        double bend = lerp(8, 16, b) * noise.at(0.05 * x, 0.05 * y);
        double fiber = noise.at(fine * (x + bend), 0.15 * (y - bend));
        double other = noise.at(0.15 * (x - bend) + 60, fine * (y + bend));
        return 0.35 * fiber + 0.35 * other + 0.3 * noise.fractal(0.03 * x, 0.03 * y + 80);
    }

    private static double foam(double x, double y, Noise noise, double a, double b) {
        double size = lerp(0.08, 0.25, a * a);
        double bubble = smoothstep((noise.cells(size * x, size * y) - lerp(0.15, 0.4, b)) / 0.5);
        return 0.9 - 0.7 * bubble + 0.2 * noise.fractal(0.05 * x, 0.05 * y);
    }

    /** Molded studs or ribs on a fine grain. */
    private static double studded(double x, double y, Noise noise, double a, double b) {
        double pitch = lerp(7, 18, a);
        double u = fraction(x / pitch) - 0.5;
        double v = b < 0.4 ? 0 : fraction(y / pitch) - 0.5;
        double stud = smoothstep((lerp(0.25, 0.42, b) - Math.sqrt(u * u + v * v)) * pitch / 2.5);
        return 0.55 * stud + 0.25 * noise.at(0.8 * x, 0.8 * y) + 0.3 * noise.at(0.03 * x, 0.03 * y);
    }

    /** Long fine streaks, and the broad bands in which they reflect. */
    private static double brushed(double x, double y, Noise noise, double a, double b) {
        double length = lerp(0.006, 0.04, a * a);
        double fine = 0.6 * noise.at(length * x, 1.1 * y) + 0.4 * noise.at(length * x + 40, 0.35 * y);
        double band = noise.at(0.012 * x + 0.004 * y, 0.004 * y + 90);
        return lerp(band, fine, lerp(0.2, 0.8, b));
    }

    /** Molded plastic, or the orange peel of a sprayed coat. */
    private static double grained(double x, double y, Noise noise, double a, double b) {
        double size = lerp(0.15, 0.9, a);
        return lerp(noise.at(0.012 * x, 0.012 * y + 50), noise.at(size * x, size * y), b / 2);
    }

    /** Straight reflections with sharp and soft edges. */
    private static double reflecting(double x, double y, Noise noise, double a, double b) {
        double stripe = noise.at(lerp(0.012, 0.04, a) * x, 0.002 * y) - 0.5;
        double window = smoothstep(0.5 + lerp(1.5, 12, b * b) * stripe);
        return 0.6 * window + 0.3 * noise.at(0.01 * x + 70, 0.01 * y) + 0.05 * noise.at(0.9 * x, 0.9 * y);
    }

    /** Wires that cross at right angles. */
    private static double wires(double x, double y, Noise noise, double a, double b) {
        double pitch = lerp(9, 24, a);
        double aspect = lerp(0.7, 1.3, b);
        double wobble = noise.at(0.05 * x, 0.05 * y);
        double nearest = Math.min(fromLine(x, pitch), fromLine(y, pitch * aspect));
        double wire = clamp(0.5 + pitch * lerp(0.06, 0.15, b) + wobble - nearest);
        return 0.9 * wire * (0.7 + 0.3 * noise.at(0.5 * x, 0.5 * y)) + 0.1 * wobble;
    }

    /** Flat facets between sharp folds. */
    private static double crumpled(double x, double y, Noise noise, double a, double b) {
        double size = lerp(0.02, 0.06, a * b);
        double tilt = noise.fractal(0.5 * size * x, 0.5 * size * y);
        return 0.5 * noise.cells(size * x, size * y) + 0.6 * tilt + 0.08 * noise.at(0.8 * x, 0.8 * y + 30);
    }

    /** A printed circuit board: tracks along two axes, with pads. */
    private static double tracks(double x, double y, Noise noise, double a, double b) {
        double pitch = lerp(8, 15, a);
        long column = (long) Math.floor(x / pitch);
        long row = (long) Math.floor(y / pitch);
        double u = x - (column + 0.5) * pitch;
        double v = y - (row + 0.5) * pitch;
        boolean across = noise.unit(Math.floorDiv(column, 3), row) < 0.45;
        double track = pitch * lerp(0.15, 0.3, b) - Math.abs(across ? v : u);
        double pad = noise.unit(column + 50, row + 90) < 0.3 ? pitch * 0.3 - Math.sqrt(u * u + v * v) : -1;
        double copper = Math.max(0.55 * clamp(track + 0.5), 0.9 * clamp(pad + 0.5));
        return 0.15 + copper + 0.1 * noise.at(0.4 * x, 0.4 * y);
    }

    private static double fraction(double value) {
        return value - Math.floor(value);
    }

    /** How far the nearest of the lines lies that repeat at this distance. */
    private static double fromLine(double place, double pitch) {
        double behind = pitch * fraction(place / pitch);
        return Math.min(behind, pitch - behind);
    }

    /**
     * Light on a smooth surface that is seen from straight above (Blinn-Phong shading).
     *
     * @param towards the light, its share in the picture plane: shorter than 1, the higher the light stands
     * @param gloss   brightness of the highlight
     */
    record Lighting(Point towards, double gloss) {
        /** @param normal the surface normal's share in the picture plane, at most 1 long */
        Rgb on(Rgb color, Point normal) {
            double height = Math.sqrt(1 - towards.x() * towards.x() - towards.y() * towards.y());
            double up = Math.sqrt(Math.max(0, 1 - normal.dot(normal)));
            double diffuse = Math.max(0, normal.x() * towards.x() + normal.y() * towards.y() + up * height);
            // The half vector between light and viewer.
            double half = Math.sqrt(2 * (1 + height));
            double mirror = Math.max(0, normal.x() * towards.x() + normal.y() * towards.y() + up * (1 + height)) / half;
            return color.times(0.45 + 0.6 * diffuse).plus(gloss * StrictMath.pow(mirror, 40));
        }

        /** On a surface of these heights, in pixels. */
        Rgb on(Rgb color, Field height, double x, double y) {
            double dx = (height.at(x - 1, y) - height.at(x + 1, y)) / 2;
            double dy = (height.at(x, y - 1) - height.at(x, y + 1)) / 2;
            double length = Math.sqrt(1 + dx * dx + dy * dy);
            return on(color, new Point(dx / length, dy / length));
        }
    }
}
