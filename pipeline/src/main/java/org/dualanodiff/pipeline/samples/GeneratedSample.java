package org.dualanodiff.pipeline.samples;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * One generated pair: a row of the Parquet files that users read.
 *
 * @param sampleId see {@link SampleId}
 * @param sampleIndex place in the endless series of this defect's samples
 * @param seed of the run
 * @param adapter fingerprint of the adapter that made it, in hexadecimal
 * @param prompt of the whole image
 * @param image PNG, RGB
 * @param mask PNG, grey: 255 on the defect, else 0
 * @param anomaly PNG, RGB: the defect alone on mid-grey
 * @param maskArea defect pixels
 * @param components connected parts of the mask (8 neighbours)
 * @param maskRatio defect pixels over all pixels
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
        byte[] image,
        byte[] mask,
        byte[] anomaly,
        int width,
        int height,
        int maskArea,
        BoundingBox boundingBox,
        int components,
        double maskRatio,
        Status status,
        List<String> reasons,
        String error,
        long millis,
        Instant createdAt) {

    public GeneratedSample {
        reasons = List.copyOf(reasons);
    }

    /** The smallest box around the mask, in pixels; all zero where the mask is empty. */
    public record BoundingBox(int x, int y, int width, int height) {}

    /** The verdict of the quality checks. */
    public enum Status {
        ACCEPTED,
        REJECTED;

        /** The text in the status column. */
        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
