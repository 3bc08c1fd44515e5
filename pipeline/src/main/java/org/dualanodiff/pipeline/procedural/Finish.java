package org.dualanodiff.pipeline.procedural;


/** What a defect does to the surface within a region; {@code depth} is in pixels, positive inside. */
final class Finish {
    private Finish() {}

    /** Covers it with a grainy color. */
    static Picture cover(Picture old, Plane depth, Rgb color, double softness, Dice dice) {
        double strength = dice.between(0.75, 1);
        Plane alpha = depth.coverage(softness).map(a -> strength * a);
        return old.mix(grainy(color, dice), alpha);
    }

    /** Soaks into it: the surface shows through a colored, mottled filter, often darker where it dried last. */
    static Picture soak(Picture old, Plane depth, Rgb filter, Dice dice) {
        Noise noise = Noise.random(dice);
        double mottling = dice.between(0, 0.5);
        double flecks = dice.scaled(0.08, 0.4);
        double softness = dice.scaled(1.5, 9);
        double dried = dice.chance(0.4) ? dice.between(0.2, 0.5) : 0;
        Plane even = Plane.of((x, y) -> 1 - mottling * noise.fractal(flecks * x, flecks * y));
        Plane rim = depth.map(d -> dried * Ramp.smooth(d / 2) * Ramp.smooth(1 - (d - 2) / 4));
        Plane alpha = depth.coverage(softness).times(even).plus(rim);
        return old.filtered(filter, alpha.map(Ramp::clamp));
    }

    /** Opens it: a rim, and what is seen below, darker under the edge away from the light. */
    static Picture open(Picture old, Plane depth, Picture below, Rgb rim, double rimWidth, Dice dice) {
        Noise noise = Noise.random(dice);
        double ragged = dice.between(0, 2);
        Plane torn = depth.plus(Plane.of((x, y) -> ragged * (noise.at(0.7 * x, 0.7 * y) - 0.5)));
        Plane edge = torn.map(d -> Ramp.smooth((d + rimWidth) / rimWidth));
        double shade = dice.between(0.4, 1);
        Plane shadow = torn.map(d -> Ramp.between(shade, 1, Ramp.smooth(d / 7)));
        return old.mix(grainy(rim, dice), edge).mix(below.times(shadow), torn.coverage(1));
    }

    /** Presses it in or bulges it out: walls in light and shade around a floor of its own brightness. */
    static Picture emboss(Picture old, Plane depth, double wall, double strength, double floor, Point light) {
        Plane height = depth.map(d -> wall * Ramp.smooth(d / wall));
        Plane alpha = depth.map(d -> Ramp.smooth(d / 1.5));
        Plane shade = height.slope(light).map(s -> Math.max(-0.6, Math.min(0.8, strength * s + floor - 1)));
        return old.times(shade.times(alpha).map(s -> 1 + s));
    }

    /** Cuts it: a line of one color with an edge that catches the light on one side. */
    static Picture groove(Picture old, Plane depth, Rgb core, Rgb edge, Dice dice) {
        Point side = dice.direction();
        int dx = (int) Math.rint(1.4 * side.x());
        int dy = (int) Math.rint(1.4 * side.y());
        double lit = dice.between(0, 0.8);
        Plane beside = Plane.of((x, y) -> lit * Ramp.clamp(0.5 + depth.at((int) x + dx, (int) y + dy)));
        double strength = dice.between(0.7, 1);
        return old.mix(edge, beside).mix(grainy(core, dice), depth.map(d -> strength * Ramp.clamp(0.5 + d)));
    }

    /** Drags it: each place shows what lies some pixels further on, averaged over a line. */
    static Picture smear(Picture old, Plane depth, Point step, int count) {
        Picture smeared = new Picture(
                dragged(old.red(), step, count), dragged(old.green(), step, count), dragged(old.blue(), step, count));
        return old.mix(smeared, depth.coverage(3));
    }

    static Picture grainy(Rgb color, Dice dice) {
        Noise noise = Noise.random(dice);
        double grain = dice.between(0, 0.15);
        double size = dice.scaled(0.2, 0.9);
        Plane tone = Plane.of((x, y) -> noise.at(size * x, size * y));
        return Picture.toned(tone, color.times(1 - grain), color.times(1 + grain));
    }

    private static Plane dragged(Plane plane, Point step, int count) {
        return Plane.of((x, y) -> {
            double sum = 0;
            for (int i = 0; i < count; i++) {
                double t = i - (count - 1) / 2.0;
                sum += plane.at((int) Math.rint(x + t * step.x()), (int) Math.rint(y + t * step.y()));
            }
            return sum / count;
        });
    }
}
