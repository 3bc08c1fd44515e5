package org.dualanodiff.pipeline.upkeep;

import org.dualanodiff.pipeline.upkeep.VerifyStore.Findings;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.samples.SampleFileInspector.SampleFileSummary;
import org.dualanodiff.pipeline.store.StoreLayout;

/** The rows of a run's files among themselves: is each readable, where it belongs, rightly named, and there once? */
final class SamplesCheck {

    private static final int EXAMPLES = 5;

    private final String runId;
    private final Map<SampleFileSummary.SeriesKey, BitSet> seen = new HashMap<>();
    private final Findings findings;

    SamplesCheck(String runId, Findings findings) {
        this.runId = runId;
        this.findings = findings;
    }

    void check(List<SampleFileSummary> summaries) {
        for (SampleFileSummary file : summaries) {
            checkFile(file);
            file.series().forEach(series -> checkOnce(file.key(), series));
        }
    }

    private void checkFile(SampleFileSummary file) {
        if (file.error() != null) {
            add("file-unreadable", file.key(), file.error());
        }
        if (file.misnamed() > 0) {
            add("sample-names", file.key(), file.misnamed() + " sample ids do not belong to their rows");
        }
        file.series().stream()
                .map(SampleFileSummary.Series::key)
                .filter(series -> !belongs(series, file.key()))
                .forEach(series -> add(
                        "file-misplaced",
                        file.key(),
                        "it holds samples of run %s, %s/%s"
                                .formatted(series.runId(), series.category(), series.defect())));
    }

    private boolean belongs(SampleFileSummary.SeriesKey series, String key) {
        return series.runId().equals(runId)
                && key.startsWith(StoreLayout.samples(runId, series.unit()) + "/");
    }

    /** Each index once in a series, whatever file it is in: a sample's id follows from series and index. */
    private void checkOnce(String key, SampleFileSummary.Series series) {
        BitSet before = seen.computeIfAbsent(series.key(), unseen -> new BitSet());
        BitSet again = (BitSet) series.indices().clone();
        again.and(before);
        before.or(series.indices());
        long twice = again.cardinality() + series.rows() - series.indices().cardinality();
        if (twice > 0) {
            add(
                    "sample-twice",
                    key,
                    "%d samples of %s/%s are there twice%s"
                            .formatted(
                                    twice, series.key().category(), series.key().defect(), examples(again)));
        }
    }

    private static String examples(BitSet indices) {
        return indices.isEmpty()
                ? ""
                : indices.stream()
                        .limit(EXAMPLES)
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(", ", ", such as index ", ""));
    }

    private void add(String kind, String key, String problem) {
        findings.add(kind, key, problem, RunCheck.REMAKE);
    }
}
