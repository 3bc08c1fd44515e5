package org.dualanodiff.pipeline.procedural;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/** A planed board: annual rings cut lengthwise, with fine pores along the grain. */
final class Wood implements Product {
    private static final Rgb EARLY = new Rgb(0.80, 0.60, 0.38);
    private static final Rgb LATE = new Rgb(0.58, 0.37, 0.19);

    @Override
    public String name() {
        return "wood";
    }

    @Override
    public List<Defect> defects() {
        return List.of(
                new Scratch("scratch", new Rgb(0.30, 0.18, 0.09), new Rgb(0.94, 0.82, 0.64), 0.12),
                new Hole("hole", new Rgb(0.09, 0.05, 0.03), new Rgb(0.38, 0.22, 0.11), 0.2),
                new Stain("stain", new Rgb(0.42, 0.42, 0.50), 0.3, 0.25));
    }

    @Override
    public Scene draw(UniformRandomProvider random) {
        double angle = random.nextDouble(-0.1, 0.1);
        double ringWidth = random.nextDouble(9, 13);
        double shift = random.nextDouble(1000);
        Rgb tone = Rgb.gray(1).varied(random, 0.1);
        ValueNoise noise = new ValueNoise(random.nextLong());
        Canvas canvas = Canvas.painted((x, y) -> {
            Point place = new Point(x, y).rotated(angle);
            return board(place.x() + shift, place.y(), ringWidth, noise).times(tone);
        });
        return new Scene(canvas, Shape.EVERYWHERE, (x, y) -> LATE.times(0.3));
    }

    private static Rgb board(double x, double y, double ringWidth, ValueNoise noise) {
        double bend = 34 * noise.fractal(x * 0.012, y * 0.007);
        double ring = (x + bend) / ringWidth;
        double inRing = ring - Math.floor(ring);
        // Growth is slow towards the end of the year: the tone darkens gradually, then starts afresh.
        double dark =
                inRing * inRing * Ramp.clamp((1 - inRing) * 6) * (0.6 + 0.5 * noise.unit((long) Math.floor(ring), 3));
        double fiber = noise.at(x * 0.9, y * 0.05);
        double pore = Ramp.smooth((noise.at(x * 0.7 + 31, y * 0.08) - 0.72) * 6);
        return EARLY.mix(LATE, dark).times((0.9 + 0.2 * fiber) * (1 - 0.22 * pore));
    }
}
