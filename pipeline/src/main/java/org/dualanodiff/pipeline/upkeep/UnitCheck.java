package org.dualanodiff.pipeline.upkeep;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.quality.QualityRegistry.LearnedQuality;
import org.dualanodiff.pipeline.samples.SampleFileInspector.SampleFileSummary;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Findings;

/** One (category, defect) of a run: its rows against what was planned and counted, its adapter against the rows. */
final class UnitCheck {

    private final ObjectStore store;
    private final RunManifest.Unit unit;
    private final List<SampleFileSummary.Series> series;
    private final String where;
    private final Findings findings;

    /** @param summaries of all files of the run */
    UnitCheck(
            ObjectStore store,
            String runId,
            RunManifest.Unit unit,
            List<SampleFileSummary> summaries,
            Findings findings) {
        this.findings = findings;
        this.store = store;
        this.unit = unit;
        this.series = summaries.stream()
                .flatMap(file -> file.series().stream())
                .filter(found -> found.key().unit().equals(unit.unit()))
                .toList();
        this.where = "run %s, %s/%s".formatted(runId, unit.category(), unit.defect());
    }

    void check() {
        checkCounts();
        if (!series.isEmpty()) {
            unit.adapter().ifPresent(this::checkAdapter);
        }
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
        AdapterId adapter = new AdapterId(unit.unit(), fingerprint);
        if (!store.exists(StoreLayout.provenance(adapter))) {
            add(
                    "unit-adapter",
                    "its adapter %s is not in the store".formatted(StoreLayout.adapter(adapter)),
                    RunCheck.RERUN + ", which retrains it");
        }
    }

    private void add(String kind, String problem, String advice) {
        findings.add(kind, where, problem, advice);
    }

    /**
     * What a run holds on to for its units: which adapter draws each, and the limits that its pairs are held to. Without them
     * a run that goes on could mix samples of two adapters, or of two sets of limits.
     */
    static final class UnitRecordsCheck {

        private static final String RESTORE = "it was changed by hand; restore it";

        private final ObjectStore store;
        private final String runId;
        private final Findings findings;

        UnitRecordsCheck(ObjectStore store, String runId, Findings findings) {
            this.store = store;
            this.runId = runId;
            this.findings = findings;
        }

        /**
         * @param sampled units that have samples
         * @param listed units of the manifest, if there is one
         * @param limited whether the run's settings have it learn limits
         */
        void check(Set<UnitKey> sampled, List<RunManifest.Unit> listed, boolean limited) {
            Map<String, Optional<AdapterId>> bindings = read(StoreLayout.units(runId), AdapterId.class);
            sampled.forEach(unit -> requireBinding(unit, bindings));
            listed.forEach(unit -> unit.adapter()
                    .map(fingerprint -> new AdapterId(unit.unit(), fingerprint))
                    .ifPresent(adapter -> compare(adapter, bindings)));
            Map<String, Optional<LearnedQuality>> limits = read(StoreLayout.quality(runId), LearnedQuality.class);
            if (limited) {
                sampled.forEach(unit -> requireLimits(unit, limits));
            }
        }

        /** By key; empty where a record cannot be read. */
        private <T> Map<String, Optional<T>> read(String folder, Class<T> type) {
            Map<String, Optional<T>> records = new HashMap<>();
            for (StoredFile file : store.list(folder)) {
                records.put(
                        file.key(), findings.read(file.key(), type, "record-unreadable", RunCheck.RESTORE_OR_DELETE));
            }
            return records;
        }

        private void requireBinding(UnitKey unit, Map<String, Optional<AdapterId>> bindings) {
            String key = StoreLayout.unit(runId, unit);
            if (!bindings.containsKey(key)) {
                findings.add(
                        "unit-binding",
                        key,
                        "it is not there, so nothing keeps the run to the adapter of its samples",
                        RunCheck.RERUN + ", which writes it");
            }
        }

        private void compare(AdapterId listed, Map<String, Optional<AdapterId>> bindings) {
            String key = StoreLayout.unit(runId, listed.unit());
            bindings.getOrDefault(key, Optional.empty())
                    .filter(bound -> !bound.equals(listed))
                    .ifPresent(bound -> findings.add(
                            "unit-binding",
                            key,
                            "it names adapter %s, the manifest %s".formatted(words(bound), words(listed)),
                            RESTORE));
        }

        private void requireLimits(UnitKey unit, Map<String, Optional<LearnedQuality>> limits) {
            String key = StoreLayout.quality(runId, unit);
            if (!limits.containsKey(key)) {
                findings.add(
                        "unit-limits",
                        key,
                        "the limits that its samples were held to are not there",
                        "restore it; the same training images give the same limits when more samples are made");
                return;
            }
            limits.get(key)
                    .map(learned -> learned.unit())
                    .filter(of -> !of.equals(unit))
                    .ifPresent(of -> findings.add("unit-limits", key, "it holds the limits of " + of, RESTORE));
        }

        private static String words(AdapterId id) {
            return "%s/%s %s"
                    .formatted(id.category(), id.defect(), id.fingerprint().shortHex());
        }
    }
}
