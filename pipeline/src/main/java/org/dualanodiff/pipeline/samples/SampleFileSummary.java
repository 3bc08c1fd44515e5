package org.dualanodiff.pipeline.samples;

import org.dualanodiff.pipeline.UnitKey;
import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import org.dualanodiff.pipeline.store.FileDigest;

/**
 * What a samples file of the store holds, without its pictures.
 *
 * @param digest of the whole file
 * @param rows how many samples it has
 * @param series the samples by what they were made for
 * @param misnamed samples whose id is not the one that their run, category, defect, adapter and index give
 * @param error why it cannot be read, or null; then there are no rows
 */
public record SampleFileSummary(
        String key, FileDigest digest, long rows, List<Series> series, long misnamed, String error)
        implements Serializable {

    public SampleFileSummary {
        series = List.copyOf(series);
    }

    public static SampleFileSummary unreadable(String key, FileDigest digest, String error) {
        return new SampleFileSummary(key, digest, 0, List.of(), 0, error);
    }

    /** @param adapter fingerprint of the adapter that drew the samples */
    public record SeriesKey(String runId, String category, String defect, String adapter) implements Serializable {

        public UnitKey unit() {
            return new UnitKey(category, defect);
        }
    }

    /**
     * Samples of one series in one file.
     *
     * @param rows how many; more than there are indices if some are there twice
     */
    public record Series(SeriesKey key, BitSet indices, long rows) implements Serializable {}
}
