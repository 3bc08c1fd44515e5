package org.dualanodiff.pipeline.samples;

import java.util.Locale;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * The name of a sample, unique within a store: twelve hexadecimal digits that stand for run, category, defect and
 * adapter, a dash, and the sample's index, padded to six digits.
 *
 * <p>Two samples of one series differ in the index. Two series differ in the digits, the first 48 bits of a SHA-256: with
 * a million series in a store, the chance that any two agree is 0.2 %.
 */
public final class SampleId {

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
