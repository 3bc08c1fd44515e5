package org.dualanodiff.pipeline.procedural;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/** Plain-weave cloth: warp and weft threads take turns on top. */
final class Cloth implements Product {
    private static final Rgb YARN = new Rgb(0.42, 0.52, 0.66);
    private static final Rgb GAP = new Rgb(0.10, 0.12, 0.16);

    @Override
    public String name() {
        return "cloth";
    }

    @Override
    public List<Defect> defects() {
        return List.of(
                new Hole("hole", new Rgb(0.07, 0.06, 0.06), new Rgb(0.62, 0.68, 0.76), 0.35),
                new Stain("stain", new Rgb(0.62, 0.42, 0.24), 0.3, 0.35),
                new Scratch("thread", new Rgb(0.86, 0.84, 0.78), new Rgb(0.10, 0.12, 0.16), 0.5));
    }

    @Override
    public Scene draw(UniformRandomProvider random) {
        double pitch = random.nextDouble(6.2, 7.0);
        double angle = random.nextDouble(-0.12, 0.12);
        Rgb yarn = YARN.varied(random, 0.1);
        ValueNoise noise = new ValueNoise(random.nextLong());
        Point phase = new Point(random.nextDouble(100), random.nextDouble(100));
        Canvas canvas = Canvas.painted((x, y) -> {
            Point place = new Point(x, y).rotated(angle);
            double sag = 0.5 * (noise.at(x * 0.03, y * 0.03) - 0.5);
            return weave(
                            new Point(place.x() / pitch + phase.x() + sag, place.y() / pitch + phase.y() + sag),
                            yarn,
                            noise)
                    .times(0.88 + 0.24 * noise.fractal(x * 0.02 + 50, y * 0.02));
        });
        return new Scene(canvas, Shape.EVERYWHERE, (x, y) -> GAP);
    }

    /** @param place in threads */
    private static Rgb weave(Point place, Rgb yarn, ValueNoise noise) {
        long column = (long) Math.floor(place.x());
        long row = (long) Math.floor(place.y());
        double across = 2 * (place.x() - column) - 1;
        double along = 2 * (place.y() - row) - 1;
        boolean warpOnTop = Math.floorMod(column + row, 2) == 0;
        double width = warpOnTop ? across : along;
        double length = warpOnTop ? along : across;
        long thread = warpOnTop ? column : row + 100_000;
        double round = 1 - 0.55 * width * width - 0.35 * length * length;
        double twist = 0.9 + 0.2 * noise.at(place.x() * 5, place.y() * 5);
        double dyed = 0.86 + 0.22 * noise.unit(thread, 7) + (warpOnTop ? 0.06 : 0);
        return GAP.mix(yarn.times(1.25 * dyed * twist), Ramp.clamp(round));
    }
}
