package org.dualanodiff.jobs.bench;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Pixels;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.plan.GenerateUnit;
import org.dualanodiff.pipeline.quality.PairMeasures;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleId;

/**
 * Pairs of {@value #SIDE} x {@value #SIDE} pixels that stand in for the model's: {@value #COUNT} drawn ones in turn, with the
 * grain of photographs, so that their PNGs are as large as real ones. No two rows have the same bytes: a columnar file
 * would keep pictures that come again only once.
 */
public final class RecordedPairs {

    static final int SIDE = 256;

    private static final int COUNT = 128;
    private static final int GRAIN = 4;

    /** Drawn once a JVM. */
    private static final class Drawn {
        static final List<Pair> PAIRS =
                IntStream.range(0, COUNT).mapToObj(RecordedPairs::draw).toList();
    }

    private record Pair(
            byte[] image,
            byte[] mask,
            byte[] anomaly,
            int area,
            GeneratedSample.BoundingBox box,
            PairSignature signature) {}

    private RecordedPairs() {}

    /** The unit's samples, made as they are asked for. */
    public static Iterator<GeneratedSample> of(String runId, GenerateUnit unit) {
        return Arrays.stream(unit.missing())
                .mapToObj(index -> sample(runId, unit, index))
                .iterator();
    }

    private static GeneratedSample sample(String runId, GenerateUnit unit, int index) {
        Pair pair = Drawn.PAIRS.get(index % COUNT);
        double ratio = pair.area() / (double) (SIDE * SIDE);
        return new GeneratedSample(
                SampleId.of(runId, unit.adapterId(), index),
                unit.category(),
                unit.defect(),
                index,
                0,
                runId,
                unit.adapter().hex(),
                "a recorded pair",
                null,
                marked(pair.image(), index),
                marked(pair.mask(), index),
                marked(pair.anomaly(), index),
                SIDE,
                SIDE,
                pair.area(),
                pair.box(),
                new PairMeasures(ratio, 1, Double.NaN, index, index, 0, index, Double.NaN, Double.NaN, Double.NaN),
                pair.signature(),
                GeneratedSample.Status.ACCEPTED,
                List.of(),
                null,
                index,
                Instant.now());
    }

    /** Readers of PNG stop at its last chunk, so what follows changes the bytes and not the picture. */
    private static byte[] marked(byte[] png, long index) {
        return ByteBuffer.allocate(png.length + Long.BYTES)
                .put(png)
                .putLong(index)
                .array();
    }

    private static Pair draw(int number) {
        SplittableRandom random = new SplittableRandom(number);
        int side = random.nextInt(24, 96);
        int x = random.nextInt(SIDE - side);
        int y = random.nextInt(SIDE - side);
        byte[] image = new byte[3 * SIDE * SIDE];
        byte[] mask = new byte[SIDE * SIDE];
        byte[] anomaly = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            boolean defect = i % SIDE >= x && i % SIDE < x + side && i / SIDE >= y && i / SIDE < y + side;
            double shade = 120 + 60 * Math.sin((i % SIDE) / (20.0 + number % 7)) * Math.cos((i / SIDE) / 33.0);
            mask[i] = (byte) (defect ? 255 : 0);
            for (int channel = 0; channel < 3; channel++) {
                int level = (int) (defect ? 255 - shade : shade) + random.nextInt(GRAIN);
                int at = channel * SIDE * SIDE + i;
                image[at] = (byte) level;
                anomaly[at] = (byte) (defect ? level : 127 + random.nextInt(GRAIN / 2));
            }
        }
        BufferedImage picture = new Pixels(SIDE, SIDE, 3, image).toImage();
        BufferedImage outline = new Pixels(SIDE, SIDE, 1, mask).toImage();
        return new Pair(
                PngCodec.encode(picture),
                PngCodec.encode(outline),
                PngCodec.encode(new Pixels(SIDE, SIDE, 3, anomaly).toImage()),
                side * side,
                new GeneratedSample.BoundingBox(x, y, side, side),
                PairSignature.of(picture, outline));
    }
}
