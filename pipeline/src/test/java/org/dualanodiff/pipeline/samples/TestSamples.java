package org.dualanodiff.pipeline.samples;

import java.awt.image.BufferedImage;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.quality.PairMeasures;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.samples.GeneratedSample.SampleId;
import org.dualanodiff.pipeline.store.AdapterId;

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
                List.of(picture, PngCodec.encode(mask), picture),
                List.of(),
                null);
    }

    /** An accepted row of a run, rightly named. */
    public static GeneratedSample of(String runId, AdapterId adapter, long index) {
        Names names = new Names(
                SampleId.of(runId, adapter, index), runId, adapter.fingerprint().hex());
        return sample(
                names, adapter.category(), adapter.defect(), index, "", pictures((int) index, 50), List.of(), null);
    }

    public static GeneratedSample rejected() {
        byte[] picture = PngCodec.encode(new BufferedImage(8, 6, BufferedImage.TYPE_INT_RGB));
        byte[] mask = PngCodec.encode(new BufferedImage(8, 6, BufferedImage.TYPE_BYTE_GRAY));
        return sample(
                "плитка 磁砖",
                "broken large=é/1",
                12_345_678_901L,
                "",
                List.of(picture, mask, picture),
                List.of("empty_mask", "mask too small: 0,0 %", ""),
                "line 1\nline 2 \uD83E\uDDF2");
    }

    /** An accepted pair with these pictures, whatever its columns say of their sizes. */
    public static GeneratedSample pair(
            String category, String defect, long index, BufferedImage image, BufferedImage mask) {
        List<byte[]> pictures = List.of(PngCodec.encode(image), PngCodec.encode(mask), PngCodec.encode(image));
        return sample(category, defect, index, "a tile", pictures, List.of(), null);
    }

    /** Samples whose three pictures are noise of so many bytes each, made as they are asked for. */
    static Stream<GeneratedSample> noise(int count, int bytes) {
        return IntStream.range(0, count)
                .mapToObj(i -> sample("tile", "crack", i, "a tile", pictures(i, bytes), List.of(), null));
    }

    /** All different, since a codec would find repeats. */
    private static List<byte[]> pictures(int index, int bytes) {
        Random random = new Random(index);
        return Stream.generate(() -> new byte[bytes])
                .limit(3)
                .peek(random::nextBytes)
                .toList();
    }

    /** A pair without a mask has no values that a mask is needed for. */
    private static PairMeasures measures(int area) {
        double inside = area == 0 ? Double.NaN : 12.5;
        return new PairMeasures(
                area / 48.0, area, Double.NaN, inside, inside, 0.25, 31.5, inside / 2, inside, Double.NaN);
    }

    /** Like {@link #rejected}, its pixels not kept. */
    static GeneratedSample withoutPixels() {
        List<byte[]> nothing = Arrays.asList(null, null, null);
        return sample("tile", "crack", 7, "", nothing, List.of("no_change"), null);
    }

    private record Names(String sampleId, String runId, String adapter) {}

    private static GeneratedSample sample(
            String category,
            String defect,
            long index,
            String prompt,
            List<byte[]> pictures,
            List<String> reasons,
            String error) {
        Names names = new Names("0123456789ab-%06d".formatted(index), "night", "ab".repeat(32));
        return sample(names, category, defect, index, prompt, pictures, reasons, error);
    }

    private static GeneratedSample sample(
            Names names,
            String category,
            String defect,
            long index,
            String prompt,
            List<byte[]> pictures,
            List<String> reasons,
            String error) {
        boolean accepted = reasons.isEmpty();
        int area = accepted ? 1 : 0;
        return new GeneratedSample(
                names.sampleId(),
                category,
                defect,
                index,
                -7,
                names.runId(),
                names.adapter(),
                prompt,
                null,
                pictures.get(0),
                pictures.get(1),
                pictures.get(2),
                8,
                6,
                area,
                new GeneratedSample.BoundingBox(3 * area, 2 * area, area, area),
                measures(area),
                accepted ? PairSignature.of(new byte[2048]) : null,
                accepted ? GeneratedSample.Status.ACCEPTED : GeneratedSample.Status.REJECTED,
                reasons,
                error,
                1234,
                Instant.parse("2026-01-02T03:04:05.678901Z"));
    }
}
