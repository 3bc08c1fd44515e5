package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Interpolation.clamp;

import java.util.List;

/** Plain-weave cloth: warp and weft threads take turns on top. */
final class Cloth {
    private static final Rgb YARN = new Rgb(0.42, 0.52, 0.66);
    private static final Rgb GAP = new Rgb(0.10, 0.12, 0.16);

    static final Product PRODUCT = new Product(
            "cloth",
            Cloth::draw,
            List.of(
                    SampleDefects.hole("hole", new Rgb(0.07, 0.06, 0.06), new Rgb(0.62, 0.68, 0.76), 0.35),
                    SampleDefects.stain("stain", new Rgb(0.62, 0.42, 0.24), 0.3, 0.35),
                    SampleDefects.scratch("thread", new Rgb(0.86, 0.84, 0.78), new Rgb(0.10, 0.12, 0.16), 0.5)));

    private Cloth() {}

    private static Scene draw(PictureRandom random) {
        double pitch = random.uniform(6.2, 7.0);
        Point axis = Point.direction(random.uniform(-0.12, 0.12));
        Rgb yarn = YARN.varied(random, 0.1);
        Noise noise = random.noise();
        Point phase = new Point(random.uniform(0, 100), random.uniform(0, 100));
        Canvas canvas = Canvas.painted((x, y) -> {
            Point place = new Point(x, y).rotated(axis);
            double sag = 0.5 * (noise.at(x * 0.03, y * 0.03) - 0.5);
            return weave(
                            new Point(place.x() / pitch + phase.x() + sag, place.y() / pitch + phase.y() + sag),
                            yarn,
                            noise)
                    .times(0.88 + 0.24 * noise.fractal(x * 0.02 + 50, y * 0.02));
        });
        return new Scene(canvas, Field.EVERYWHERE, Texture.plain(GAP));
    }

    /** @param place in threads */
    private static Rgb weave(Point place, Rgb yarn, Noise noise) {
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
        return GAP.mix(yarn.times(1.25 * dyed * twist), clamp(round));
    }
}
