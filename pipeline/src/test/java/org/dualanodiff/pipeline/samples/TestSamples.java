package org.dualanodiff.pipeline.samples;

import java.awt.image.BufferedImage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.quality.PairMeasures;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.quality.QualityGate.Verdict;
import org.dualanodiff.pipeline.samples.GeneratedSample.MaskSize;
import org.dualanodiff.pipeline.samples.GeneratedSample.Origin;
import org.dualanodiff.pipeline.samples.GeneratedSample.Pictures;
import org.dualanodiff.pipeline.samples.GeneratedSample.SampleId;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;

/** Rows to write. */
public final class TestSamples {

    private TestSamples() {}

    /** Three real pictures of 8x6 with a mask of one pixel. */
    static GeneratedSample accepted() {
        byte[] picture = PngCodec.encode(new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB));
        BufferedImage mask = new BufferedImage(8, 6, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(3, 2, 0, 255);
        return sample(
                "tile",
                "crack",
                0,
                "a tile with a crack",
                new Pictures(picture, PngCodec.encode(mask), picture),
                List.of());
    }

    /** An accepted row of a run, rightly named. */
    public static GeneratedSample of(String runId, AdapterId adapter, long index) {
        return sample(SampleId.of(runId, adapter, index), "", pictures((int) index, 50), List.of());
    }

    public static GeneratedSample rejected() {
        byte[] picture = PngCodec.encode(new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB));
        byte[] mask = PngCodec.encode(new BufferedImage(8, 6, BufferedImage.TYPE_BYTE_GRAY));
        return sample(
                "плитка 磁砖",
                "broken large=é/1",
                12_345_678_901L,
                "",
                new Pictures(picture, mask, picture),
                List.of("empty_mask", "mask too small: 0,0 %", "", "line 1\nline 2 \uD83E\uDDF2"));
    }

    /** An accepted pair with these pictures, whatever its columns say of their sizes. */
    public static GeneratedSample pair(
            String category, String defect, long index, BufferedImage image, BufferedImage mask) {
        Pictures pictures = new Pictures(PngCodec.encode(image), PngCodec.encode(mask), PngCodec.encode(image));
        return sample(category, defect, index, "a tile", pictures, List.of());
    }

    /** Samples whose three pictures are noise of so many bytes each, made as they are asked for. */
    static Stream<GeneratedSample> noise(int count, int bytes) {
        return IntStream.range(0, count)
                .mapToObj(i -> sample("tile", "crack", i, "a tile", pictures(i, bytes), List.of()));
    }

    /** All different, since a codec would find repeats. */
    private static Pictures pictures(int index, int bytes) {
        Random random = new Random(index);
        List<byte[]> noise = Stream.generate(() -> new byte[bytes])
                .limit(3)
                .peek(random::nextBytes)
                .toList();
        return new Pictures(noise.get(0), noise.get(1), noise.get(2));
    }

    /** A pair without a mask has no values that a mask is needed for. */
    private static PairMeasures measures(int area) {
        double inside = area == 0 ? Double.NaN : 12.5;
        return new PairMeasures(Map.of(
                Measure.MASK_RATIO,
                area / 48.0,
                Measure.COMPONENTS,
                (double) area,
                Measure.CONTRAST,
                inside,
                Measure.PART_DIFFERENCE,
                inside,
                Measure.CLIPPED,
                0.25,
                Measure.DEVIATION,
                31.5,
                Measure.WINDOW_MARGIN,
                inside / 2,
                Measure.TRAINING_DISTANCE,
                inside));
    }

    /** Like {@link #rejected}, its pixels not kept. */
    static GeneratedSample withoutPixels() {
        return sample("tile", "crack", 7, "", null, List.of("no_change"));
    }

    private static GeneratedSample sample(
            String category, String defect, long index, String prompt, Pictures pictures, List<String> reasons) {
        AdapterId adapter = new AdapterId(category, defect, new Fingerprint("ab".repeat(32)));
        SampleId id = new SampleId("0123456789ab-%06d".formatted(index), "night", adapter, index);
        return sample(id, prompt, pictures, reasons);
    }

    private static GeneratedSample sample(SampleId id, String prompt, Pictures pictures, List<String> reasons) {
        int area = reasons.isEmpty() ? 1 : 0;
        return new GeneratedSample(
                id,
                new Origin(-7, prompt, null, 1234, Instant.parse("2026-01-02T03:04:05.678901Z")),
                pictures,
                new MaskSize(8, 6, area, new Box(3 * area, 2 * area, area, area)),
                new Verdict(measures(area), area == 1 ? PairSignature.of(new byte[2048]) : null, reasons));
    }
}
