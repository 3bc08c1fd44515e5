package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Interpolation.clamp;
import static org.dualanodiff.pipeline.procedural.Interpolation.smoothstep;

import java.util.List;

/** A planed board: annual rings cut lengthwise, with fine pores along the grain. */
final class Wood {
    private static final Rgb EARLY = new Rgb(0.80, 0.60, 0.38);
    private static final Rgb LATE = new Rgb(0.58, 0.37, 0.19);

    static final Product PRODUCT = new Product(
            "wood",
            Wood::draw,
            List.of(
                    SampleDefects.scratch("scratch", new Rgb(0.30, 0.18, 0.09), new Rgb(0.94, 0.82, 0.64), 0.12),
                    SampleDefects.hole("hole", new Rgb(0.09, 0.05, 0.03), new Rgb(0.38, 0.22, 0.11), 0.2),
                    SampleDefects.stain("stain", new Rgb(0.42, 0.42, 0.50), 0.3, 0.25)));

    private Wood() {}

    private static Scene draw(PictureRandom random) {
        Point axis = Point.direction(random.uniform(-0.1, 0.1));
        double ringWidth = random.uniform(9, 13);
        double shift = random.uniform(0, 1000);
        Rgb tone = Rgb.gray(1).varied(random, 0.1);
        Noise noise = random.noise();
        Canvas canvas = Canvas.painted((x, y) -> {
            Point place = new Point(x, y).rotated(axis);
            return board(place.x() + shift, place.y(), ringWidth, noise).times(tone);
        });
        return new Scene(canvas, Field.EVERYWHERE, Texture.plain(LATE.times(0.3)));
    }

    private static Rgb board(double x, double y, double ringWidth, Noise noise) {
        double bend = 34 * noise.fractal(x * 0.012, y * 0.007);
        double ring = (x + bend) / ringWidth;
        double inRing = ring - Math.floor(ring);
        // Growth is slow towards the end of the year: the tone darkens gradually, then starts afresh.
        double dark = inRing * inRing * clamp((1 - inRing) * 6) * (0.6 + 0.5 * noise.unit((long) Math.floor(ring), 3));
        double fiber = noise.at(x * 0.9, y * 0.05);
        double pore = smoothstep((noise.at(x * 0.7 + 31, y * 0.08) - 0.72) * 6);
        return EARLY.mix(LATE, dark).times((0.9 + 0.2 * fiber) * (1 - 0.22 * pore));
    }
}
