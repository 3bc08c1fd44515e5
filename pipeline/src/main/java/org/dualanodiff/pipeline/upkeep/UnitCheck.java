package org.dualanodiff.pipeline.upkeep;

import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.pipeline.samples.SampleFileSummary;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.StoreLayout;

/** One (category, defect) of a run: its rows against what was planned and counted, its adapter against the rows. */
final class UnitCheck {

    private final ObjectStore store;
    private final RunManifest.Unit unit;
    private final List<SampleFileSummary.Series> series;
    private final String where;
    private final List<Finding> findings = new ArrayList<>();

    /** @param summaries of all files of the run */
    UnitCheck(ObjectStore store, String runId, RunManifest.Unit unit, List<SampleFileSummary> summaries) {
        this.store = store;
        this.unit = unit;
        this.series = summaries.stream()
                .flatMap(file -> file.series().stream())
                .filter(found -> found.key().category().equals(unit.category())
                        && found.key().defect().equals(unit.defect()))
                .toList();
        this.where = "run %s, %s/%s".formatted(runId, unit.category(), unit.defect());
    }

    List<Finding> check() {
        checkCounts();
        if (!series.isEmpty()) {
            unit.adapter().ifPresent(this::checkAdapter);
        }
        return findings;
    }

    private void checkCounts() {
        RunManifest.SampleCounts counts = unit.samples();
        long expected = (long) counts.existing() + counts.created();
        long rows = series.stream().mapToLong(SampleFileSummary.Series::rows).sum();
        if (rows != expected) {
            add(
                    "unit-rows",
                    "the manifest counts %d samples (%d before, %d made), the files hold %d"
                            .formatted(expected, counts.existing(), counts.created(), rows),
                    RunCheck.RERUN);
        }
        if (unit.succeeded() && counts.created() < counts.planned()) {
            add(
                    "unit-plan",
                    "%d samples were planned, %d made".formatted(counts.planned(), counts.created()),
                    RunCheck.RERUN);
        }
    }

    private void checkAdapter(Fingerprint fingerprint) {
        List<String> others = series.stream()
                .map(found -> found.key().adapter())
                .filter(found -> !found.equals(fingerprint.hex()))
                .distinct()
                .toList();
        if (!others.isEmpty()) {
            add("unit-adapter", "it has samples by other adapters: " + others, "start a run with another run.id");
        }
        AdapterId adapter = new AdapterId(unit.category(), unit.defect(), fingerprint);
        if (!store.exists(StoreLayout.provenance(adapter))) {
            add(
                    "unit-adapter",
                    "its adapter %s is not in the store".formatted(StoreLayout.adapter(adapter)),
                    RunCheck.RERUN + ", which trains it anew");
        }
    }

    private void add(String kind, String problem, String advice) {
        findings.add(new Finding(kind, where, problem, advice));
    }
}
