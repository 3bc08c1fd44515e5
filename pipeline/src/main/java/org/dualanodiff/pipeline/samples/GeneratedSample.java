package org.dualanodiff.pipeline.samples;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.dualanodiff.pipeline.quality.PairMeasures;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.quality.QualityCheck;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * One generated pair: a row of the Parquet files that users read.
 *
 * @param sampleId see {@link SampleId}
 * @param sampleIndex place in the endless series of this defect's samples
 * @param seed of the run
 * @param adapter fingerprint of the adapter that made it, in hexadecimal
 * @param prompt of the whole image
 * @param background URI of the good image that it was made on, or null where the model drew all of it
 * @param image PNG, RGB; null, like the other two, if it was rejected and its pixels were not to be kept
 * @param mask PNG, grey: 255 on the defect, else 0
 * @param anomaly PNG, RGB: the defect alone on its ground
 * @param maskArea defect pixels
 * @param quality what was measured of it
 * @param signature to find near-copies by, or null in files that have none
 * @param reasons why it was rejected; empty if it was accepted
 * @param error what went wrong with it, or null
 * @param millis of device time
 * @param createdAt the file keeps microseconds and drops what is finer
 */
public record GeneratedSample(
        String sampleId,
        String category,
        String defect,
        long sampleIndex,
        long seed,
        String runId,
        String adapter,
        String prompt,
        String background,
        byte[] image,
        byte[] mask,
        byte[] anomaly,
        int width,
        int height,
        int maskArea,
        BoundingBox boundingBox,
        PairMeasures quality,
        PairSignature signature,
        Status status,
        List<String> reasons,
        String error,
        long millis,
        Instant createdAt)
        implements Serializable {

    public GeneratedSample {
        reasons = List.copyOf(reasons);
    }

    /**
     * The same after it was compared with the other pairs of its defect.
     *
     * @param nearest distance to the nearest good pair, or NaN
     * @param copy whether it is a near-copy of that one
     * @param keepPixels whether it keeps its pictures if it is
     */
    public GeneratedSample compared(double nearest, boolean copy, boolean keepPixels) {
        boolean keep = !copy || keepPixels;
        return new GeneratedSample(
                sampleId,
                category,
                defect,
                sampleIndex,
                seed,
                runId,
                adapter,
                prompt,
                background,
                keep ? image : null,
                keep ? mask : null,
                keep ? anomaly : null,
                width,
                height,
                maskArea,
                boundingBox,
                quality.withAcceptedDistance(nearest),
                signature,
                copy ? Status.REJECTED : status,
                copy ? List.of(QualityCheck.NEAR_COPY_OF_ACCEPTED.reason()) : reasons,
                error,
                millis,
                createdAt);
    }

    /** Connected parts of the mask (8 neighbors). */
    public int components() {
        return quality.components();
    }

    /** Defect pixels over all pixels. */
    public double maskRatio() {
        return quality.maskRatio();
    }

    /** Whether its pictures are there. */
    public boolean hasPixels() {
        return image != null;
    }

    /** The smallest box around the mask, in pixels; all zero where the mask is empty. */
    public record BoundingBox(int x, int y, int width, int height) implements Serializable {}

    /** The verdict of the quality checks. */
    public enum Status {
        ACCEPTED,
        REJECTED;

        /** The text in the status column. */
        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A pair without its pictures.
     *
     * @param file that it lies in, a key of the store
     * @param reasons why it was rejected; empty for a good pair
     * @param signature to find near-copies by, or null
     */
    public record PairVerdict(int index, String file, List<String> reasons, PairSignature signature)
            implements Serializable {

        public PairVerdict {
            reasons = List.copyOf(reasons);
        }

        public static PairVerdict of(GeneratedSample sample, String file) {
            return new PairVerdict(Math.toIntExact(sample.sampleIndex()), file, sample.reasons(), sample.signature());
        }

        public boolean accepted() {
            return reasons.isEmpty();
        }
    }

    /**
     * The name of a sample, unique within a store: twelve hexadecimal digits that stand for run, category, defect and
     * adapter, a dash, and the sample's index, padded to six digits.
     *
     * <p>Two samples of one series differ in the index. Two series differ in the digits, the first 48 bits of a SHA-256: with
     * a million series in a store, the chance that any two agree is 0.2 %.
     */
    public static final class SampleId {

        private static final int DIGITS = 12;

        private SampleId() {}

        public static String of(String runId, AdapterId adapter, long index) {
            return of(series(runId, adapter), index);
        }

        static String of(String series, long index) {
            return String.format(Locale.ROOT, "%s-%06d", series, index);
        }

        /** The digits that all samples of one run, category, defect and adapter share. */
        static String series(String runId, AdapterId adapter) {
            String series = Fingerprint.of("sample-series")
                    .text("run", runId)
                    .text("category", adapter.category())
                    .text("defect", adapter.defect())
                    .text("adapter", adapter.fingerprint().hex())
                    .build()
                    .hex();
            return series.substring(0, DIGITS);
        }
    }
}
