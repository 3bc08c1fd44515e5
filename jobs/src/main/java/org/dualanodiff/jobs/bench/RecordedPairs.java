package org.dualanodiff.jobs.bench;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.quality.PairMeasures;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.quality.QualityGate.Verdict;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.GeneratedSample.MaskSize;
import org.dualanodiff.pipeline.samples.GeneratedSample.Origin;
import org.dualanodiff.pipeline.samples.GeneratedSample.Pictures;
import org.dualanodiff.pipeline.samples.GeneratedSample.SampleId;

/**
 * Pairs that stand in for the model's: {@value #COUNT} drawn ones in turn, with the grain of photographs, so that their PNGs
 * are as large as real ones. No two rows have the same bytes: a columnar file would keep pictures that come again only once.
 */
public final class RecordedPairs {

    /** Pixels of a side where nothing else is asked for. */
    static final int SIDE = 256;

    private static final int COUNT = 128;
    private static final int GRAIN = 4;

    /** By side; drawn once a JVM. */
    private static final Map<Integer, List<Pair>> DRAWN = new ConcurrentHashMap<>();

    private record Pair(Pictures pictures, MaskSize mask, PairSignature signature) {}

    private RecordedPairs() {}

    /** The unit's samples, made as they are asked for. */
    public static Iterator<GeneratedSample> of(String runId, GenerateUnit unit) {
        return unit.missing().stream()
                .map(index -> sample(runId, unit, index, SIDE, List.of()))
                .iterator();
    }

    /** @param reasons why it is no good; none if it is */
    static GeneratedSample sample(String runId, GenerateUnit unit, int index, int side, List<String> reasons) {
        Pair pair = DRAWN.computeIfAbsent(side, RecordedPairs::draw).get(index % COUNT);
        double ratio = pair.mask().area() / (double) (side * side);
        PairMeasures measures = new PairMeasures(Map.of(
                Measure.MASK_RATIO,
                ratio,
                Measure.COMPONENTS,
                1.0,
                Measure.CONTRAST,
                (double) index,
                Measure.PART_DIFFERENCE,
                (double) index,
                Measure.CLIPPED,
                0.0,
                Measure.DEVIATION,
                (double) index));
        return new GeneratedSample(
                SampleId.of(runId, unit.adapter(), index),
                new Origin(0, "a recorded pair", null, index, Instant.now()),
                new Pictures(
                        marked(pair.pictures().image(), index),
                        marked(pair.pictures().mask(), index),
                        marked(pair.pictures().anomaly(), index)),
                pair.mask(),
                new Verdict(measures, pair.signature(), reasons));
    }

    /** Readers of PNG stop at its last chunk, so what follows changes the bytes and not the picture. */
    private static byte[] marked(byte[] png, long index) {
        return ByteBuffer.allocate(png.length + Long.BYTES)
                .put(png)
                .putLong(index)
                .array();
    }

    private static List<Pair> draw(int side) {
        return IntStream.range(0, COUNT).mapToObj(number -> draw(number, side)).toList();
    }

    private static Pair draw(int number, int full) {
        SplittableRandom random = new SplittableRandom(number);
        int side = random.nextInt(24 * full / SIDE, 96 * full / SIDE);
        int x = random.nextInt(full - side);
        int y = random.nextInt(full - side);
        byte[] image = new byte[3 * full * full];
        byte[] mask = new byte[full * full];
        byte[] anomaly = new byte[3 * full * full];
        for (int i = 0; i < full * full; i++) {
            boolean defect = i % full >= x && i % full < x + side && i / full >= y && i / full < y + side;
            double shade = 120 + 60 * Math.sin((i % full) / (20.0 + number % 7)) * Math.cos((i / full) / 33.0);
            mask[i] = (byte) (defect ? 255 : 0);
            for (int channel = 0; channel < 3; channel++) {
                int level = (int) (defect ? 255 - shade : shade) + random.nextInt(GRAIN);
                int at = channel * full * full + i;
                image[at] = (byte) level;
                anomaly[at] = (byte) (defect ? level : 127 + random.nextInt(GRAIN / 2));
            }
        }
        BufferedImage picture = new Image(full, full, 3, image).buffered();
        BufferedImage outline = new Image(full, full, 1, mask).buffered();
        Mask marked = Mask.of(outline);
        return new Pair(
                new Pictures(
                        PngCodec.encode(picture),
                        PngCodec.encode(outline),
                        PngCodec.encode(new Image(full, full, 3, anomaly).buffered())),
                MaskSize.of(marked),
                PairSignature.of(picture, marked));
    }
}
