package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Field.Interpolation.clamp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.lerp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.smoothstep;

import org.dualanodiff.pipeline.procedural.Canvas.Brush;
import org.dualanodiff.pipeline.procedural.Field.Interpolation;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.GenericDefects;
import org.dualanodiff.pipeline.procedural.Surface.Lighting;

/** What {@link GenericDefects} do to a product, given how deep in the defect each pixel lies. */
final class DefectFinishes {
    private DefectFinishes() {}

    /** A grainy color lies on it, flat or raised. */
    static Brush cover(Scene scene, Field depth, PictureRandom random) {
        return emboss(depth, 3, random.chance(0.4) ? random.uniform(-1, 1) : 0, 1, random.direction())
                .then(cover(depth, contrasting(random), random.logUniform(1, 5), random));
    }

    private static Brush cover(Field depth, Rgb color, double softness, PictureRandom random) {
        double strength = random.uniform(0.75, 1);
        return Brush.cover(depth.coverage(softness).map(alpha -> strength * alpha), Texture.grainy(color, random));
    }

    static Brush otherSurface(Scene scene, Field depth, PictureRandom random) {
        return Brush.cover(depth.coverage(random.uniform(1, 3)), Surface.any(random, 0.8));
    }

    static Brush ink(Scene scene, Field depth, PictureRandom random) {
        Rgb ink = contrasting(random);
        return random.chance(0.7) ? cover(depth, ink, random.uniform(1, 2), random) : soak(depth, ink, random);
    }

    /** Nothing is lighter for it. */
    static Brush soak(Scene scene, Field depth, PictureRandom random) {
        Rgb color = color(0.3, 0.65, random);
        return soak(depth, new Rgb(clamp(color.red()), clamp(color.green()), clamp(color.blue())), random);
    }

    /** Browned, and brown to black growth in the middle. */
    static Brush rust(Scene scene, Field depth, PictureRandom random) {
        Rgb brown = new Rgb(0.5, 0.26, 0.13).varied(random, 0.35);
        Rgb crust = brown.times(random.uniform(0.5, 1));
        return soak(depth, brown, random).then(cover(depth.map(d -> d - 3), crust, random.uniform(4, 9), random));
    }

    /** Browned, and charred in the middle. */
    static Brush burn(Scene scene, Field depth, PictureRandom random) {
        double browned = random.uniform(2, 9);
        return soak(depth, new Rgb(0.55, 0.4, 0.25).varied(random, 0.2), random)
                .then(cover(depth.map(d -> d - browned), color(0.02, 0.12, random), random.uniform(3, 12), random));
    }

    /** The surface shows through a colored, mottled filter, often darker where it dried last. */
    private static Brush soak(Field depth, Rgb filter, PictureRandom random) {
        Noise noise = random.noise();
        double mottling = random.uniform(0, 0.5);
        double flecks = random.logUniform(0.08, 0.4);
        double softness = random.logUniform(1.5, 9);
        double dried = random.chance(0.4) ? random.uniform(0.2, 0.5) : 0;
        Field alpha = (x, y) -> {
            double d = depth.at(x, y);
            double even = 1 - mottling * noise.fractal(flecks * x, flecks * y);
            double rim = dried * smoothstep(d / 2) * smoothstep(1 - (d - 2) / 4);
            return clamp(smoothstep(d / softness + 0.5) * even + rim);
        };
        return Brush.filter(alpha, filter);
    }

    /** A torn rim, and what is seen below, darker under the edge. */
    static Brush open(Scene scene, Field depth, PictureRandom random) {
        Noise noise = random.noise();
        double ragged = random.uniform(0, 2);
        double shade = random.uniform(0.4, 1);
        double rim = random.uniform(0.5, 4.5);
        Field torn = (x, y) -> depth.at(x, y) + ragged * (noise.at(0.7 * x, 0.7 * y) - 0.5);
        Texture below = random.chance(0.2) ? scene.ground() : grainy(0.02, 0.2, random);
        Texture shaded = (x, y) -> below.at(x, y).times(lerp(shade, 1, smoothstep(torn.at(x, y) / 7)));
        return Brush.cover(torn.map(d -> smoothstep((d + rim) / rim)), grainy(0.1, 0.9, random))
                .then(Brush.cover(torn.coverage(1), shaded));
    }

    /** The ground shows beside a fresh fracture. */
    static Brush missing(Scene scene, Field depth, PictureRandom random) {
        double fracture = random.uniform(0, 6);
        Texture below = scene.isTexture() && random.chance(0.5) ? grainy(0.02, 0.95, random) : scene.ground();
        return Brush.cover(depth.map(d -> clamp(d + fracture)), grainy(0.15, 0.9, random))
                .then(Brush.cover(depth.map(Interpolation::clamp), below));
    }

    /** Pressed in or raised, with a floor of its own brightness. */
    static Brush emboss(Scene scene, Field depth, PictureRandom random) {
        double floor = random.chance(0.6) ? random.uniform(0.65, 0.88) : random.uniform(1.1, 1.25);
        return emboss(
                depth, random.logUniform(3, 20), random.sign() * random.uniform(0.3, 1.2), floor, random.direction());
    }

    /** Round and raised, with a glint. */
    static Brush bulge(Scene scene, Field depth, PictureRandom random) {
        double round = random.uniform(3, 10);
        Field height = depth.map(d -> 0.7 * round * Math.sqrt(1 - StrictMath.pow(1 - clamp(d / round), 2)))
                .sampled();
        Lighting lighting = new Lighting(Point.ORIGIN.plus(random.direction(), 0.7), random.uniform(0.3, 0.9));
        return (old, x, y) -> old.mix(lighting.on(old, height, x, y), depth.coverage(x, y));
    }

    /**
     * Walls in light and shade around a floor.
     *
     * @param wall     how broad the walls are
     * @param strength how steep they are; negative for what is pressed in
     * @param floor    brightness of what they enclose, 1 for no change
     */
    private static Brush emboss(Field depth, double wall, double strength, double floor, Point light) {
        Field height = depth.map(d -> wall * smoothstep(d / wall));
        return (old, x, y) -> {
            double d = depth.at(x, y);
            if (d <= 0) {
                return old;
            }
            double shade = strength * height.slope(x, y, light) / 2 + floor - 1;
            return old.times(1 + Math.max(-0.6, Math.min(0.8, shade)) * smoothstep(d / 1.5));
        };
    }

    /** A line of one color with an edge that catches the light on one side. */
    static Brush groove(Scene scene, Field depth, PictureRandom random) {
        Point side = random.direction();
        double lit = random.uniform(0, 0.8);
        double strength = random.uniform(0.7, 1);
        Rgb edge = random.chance(0.7) ? color(0.75, 1, random) : color(0.05, 0.2, random);
        return Brush.cover((x, y) -> lit * depth.coverage(x + 1.4 * side.x(), y + 1.4 * side.y()), Texture.plain(edge))
                .then(Brush.cover(
                        (x, y) -> strength * depth.coverage(x, y), Texture.grainy(contrasting(random), random)));
    }

    /** A round fiber with its shadow. */
    static Brush fiber(Scene scene, Field depth, PictureRandom random) {
        double shift = random.uniform(1, 3);
        double darkness = random.uniform(0, 0.6);
        Field shadow = (x, y) -> darkness * depth.coverage(x - shift, y - shift);
        Texture color = random.chance(0.6) ? grainy(0.65, 0.95, random) : grainy(0.05, 0.4, random);
        Texture round = (x, y) -> color.at(x, y).times(0.7 + 0.3 * clamp(depth.at(x, y) / 1.5));
        return Brush.cover(shadow, Texture.plain(Rgb.gray(0))).then(Brush.cover(depth.coverage(1), round));
    }

    /** Lighter or darker, with soft borders. */
    static Brush fade(Scene scene, Field depth, PictureRandom random) {
        double gain = random.chance(0.5) ? random.uniform(0.45, 0.8) : random.uniform(1.25, 1.7);
        return Brush.filter(
                depth.coverage(random.logUniform(2, 16)), Rgb.gray(gain).varied(random, 0.08));
    }

    /** Smeared or worn smooth, and a little paler or darker. */
    static Brush smear(Scene scene, Field depth, PictureRandom random) {
        Point step = random.direction();
        int count = random.integer(7, 21);
        Texture smeared = (x, y) -> {
            Rgb mean = Rgb.gray(0);
            for (int i = 0; i < count; i++) {
                double t = i - (count - 1) / 2.0;
                Rgb dragged = scene.canvas().at((int) Math.rint(x + t * step.x()), (int) Math.rint(y + t * step.y()));
                mean = mean.mix(dragged, 1.0 / (i + 1));
            }
            return mean;
        };
        double gain = random.chance(0.5) ? random.uniform(0.7, 0.9) : random.uniform(1.1, 1.3);
        return Brush.cover(depth.coverage(3), smeared).then(Brush.filter(depth.coverage(4), Rgb.gray(gain)));
    }

    private static Texture grainy(double darkest, double lightest, PictureRandom random) {
        return Texture.grainy(color(darkest, lightest, random), random);
    }

    /** Dark in three of five cases, light in the others. */
    private static Rgb contrasting(PictureRandom random) {
        return random.chance(0.6) ? color(0.02, 0.22, random) : color(0.7, 0.95, random);
    }

    private static Rgb color(double darkest, double lightest, PictureRandom random) {
        return Rgb.random(random.uniform(darkest, lightest), random);
    }
}
