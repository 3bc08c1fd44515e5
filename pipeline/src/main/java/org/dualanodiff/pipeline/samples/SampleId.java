package org.dualanodiff.pipeline.samples;

import java.util.Locale;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * The name of a sample, unique within a store: twelve hexadecimal digits that stand for run, category, defect and
 * adapter, a dash, and the sample's index.
 */
public final class SampleId {

    private static final int DIGITS = 12;

    private SampleId() {}

    public static String of(String runId, AdapterId adapter, long index) {
        String series = Fingerprint.of("sample-series")
                .text("run", runId)
                .text("category", adapter.category())
                .text("defect", adapter.defect())
                .text("adapter", adapter.fingerprint().hex())
                .build()
                .hex();
        return String.format(Locale.ROOT, "%s-%06d", series.substring(0, DIGITS), index);
    }
}
