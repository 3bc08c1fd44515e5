package org.dualanodiff.pipeline.upkeep;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.quality.QualityRegistry.LearnedQuality;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.StoredFile;

/**
 * What a run holds on to for its units: which adapter draws each, and the limits that its pairs are held to. Without them
 * a run that goes on could mix samples of two adapters, or of two sets of limits.
 */
final class UnitRecordsCheck {

    private static final String RESTORE = "it was changed by hand; restore it";

    private final ObjectStore store;
    private final String runId;
    private final List<Finding> findings = new ArrayList<>();

    UnitRecordsCheck(ObjectStore store, String runId) {
        this.store = store;
        this.runId = runId;
    }

    /**
     * @param sampled units that have samples
     * @param listed units of the manifest, if there is one
     * @param limited whether the run's settings have it learn limits
     */
    List<Finding> check(Set<UnitKey> sampled, List<RunManifest.Unit> listed, boolean limited) {
        Map<String, Optional<AdapterId>> bindings = read(StoreLayout.units(runId), AdapterId.class);
        sampled.forEach(unit -> requireBinding(unit, bindings));
        listed.forEach(unit -> unit.adapter()
                .map(fingerprint -> new AdapterId(unit.category(), unit.defect(), fingerprint))
                .ifPresent(adapter -> compare(adapter, bindings)));
        Map<String, Optional<LearnedQuality>> limits = read(StoreLayout.quality(runId), LearnedQuality.class);
        if (limited) {
            sampled.forEach(unit -> requireLimits(unit, limits));
        }
        return findings;
    }

    /** By key; empty where a record cannot be read. */
    private <T> Map<String, Optional<T>> read(String folder, Class<T> type) {
        Map<String, Optional<T>> records = new HashMap<>();
        for (StoredFile file : store.list(folder)) {
            records.put(file.key(), read(type, file.key()));
        }
        return records;
    }

    private <T> Optional<T> read(Class<T> type, String key) {
        try {
            return Optional.of(Json.parse(store.read(key), type, store.uri(key)));
        } catch (StoreException e) {
            add("record-unreadable", key, e.getMessage(), RunCheck.RESTORE_OR_DELETE);
            return Optional.empty();
        }
    }

    private void requireBinding(UnitKey unit, Map<String, Optional<AdapterId>> bindings) {
        String key = StoreLayout.unit(runId, unit.category(), unit.defect());
        if (!bindings.containsKey(key)) {
            add(
                    "unit-binding",
                    key,
                    "it is not there, so nothing keeps the run to the adapter of its samples",
                    RunCheck.RERUN + ", which writes it");
        }
    }

    private void compare(AdapterId listed, Map<String, Optional<AdapterId>> bindings) {
        String key = StoreLayout.unit(runId, listed.category(), listed.defect());
        bindings.getOrDefault(key, Optional.empty())
                .filter(bound -> !bound.equals(listed))
                .ifPresent(bound -> add(
                        "unit-binding",
                        key,
                        "it names adapter %s, the manifest %s".formatted(words(bound), words(listed)),
                        RESTORE));
    }

    private void requireLimits(UnitKey unit, Map<String, Optional<LearnedQuality>> limits) {
        String key = StoreLayout.quality(runId, unit.category(), unit.defect());
        if (!limits.containsKey(key)) {
            add(
                    "unit-limits",
                    key,
                    "the limits that its samples were held to are not there",
                    "restore it; the same training images give the same limits when more samples are made");
            return;
        }
        limits.get(key)
                .map(learned -> new UnitKey(learned.category(), learned.defect()))
                .filter(of -> !of.equals(unit))
                .ifPresent(of -> add("unit-limits", key, "it holds the limits of " + of, RESTORE));
    }

    private static String words(AdapterId id) {
        return "%s/%s %s".formatted(id.category(), id.defect(), id.fingerprint().shortHex());
    }

    private void add(String kind, String where, String problem, String advice) {
        findings.add(new Finding(kind, where, problem, advice));
    }
}
