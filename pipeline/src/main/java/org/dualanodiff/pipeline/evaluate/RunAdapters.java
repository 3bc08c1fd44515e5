package org.dualanodiff.pipeline.evaluate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;

/** The adapters behind the pairs that an evaluation takes from runs. */
public final class RunAdapters {

    private final ObjectStore store;
    private final Collection<CategoryData> categories;

    /** @param categories whose pairs are taken */
    public RunAdapters(ObjectStore store, Collection<CategoryData> categories) {
        this.store = store;
        this.categories = List.copyOf(categories);
    }

    /**
     * All that the run has used and that the store has. An adapter that was never trained made no pairs, so it is not
     * missed.
     *
     * @throws StoreException if pairs are there whose adapter is not known or not there, so that nobody can tell what it has
     *     seen
     */
    public List<PublishedAdapter> of(String runId) {
        Map<UnitKey, AdapterId> bound = new RunRegistry(store)
                .boundAdapters(runId).stream().collect(Collectors.toMap(AdapterId::unit, Function.identity()));
        Map<UnitKey, PublishedAdapter> there = bound.values().stream()
                .flatMap(id -> new AdapterRegistry(store).find(id).stream())
                .collect(Collectors.toMap(adapter -> adapter.id().unit(), Function.identity()));
        requireKnown(runId, bound, there);
        return List.copyOf(there.values());
    }

    private void requireKnown(String runId, Map<UnitKey, AdapterId> bound, Map<UnitKey, PublishedAdapter> there) {
        RunSamples samples = new RunSamples(store, runId);
        List<String> unknown = new ArrayList<>();
        for (CategoryData data : categories) {
            for (DefectSet set : data.sets()) {
                UnitKey unit = set.unit();
                if (!there.containsKey(unit) && !samples.files(set.unit()).isEmpty()) {
                    unknown.add(why(unit, Optional.ofNullable(bound.get(unit))));
                }
            }
        }
        if (!unknown.isEmpty()) {
            throw new StoreException(
                    "nobody can tell whether pairs of run %s in %s were made by adapters that have seen test images: %s; generate them again in another run"
                            .formatted(runId, store.root(), String.join("; ", unknown)));
        }
    }

    private static String why(UnitKey unit, Optional<AdapterId> bound) {
        return bound.map(id -> "the adapter of %s, %s, is not in the store"
                        .formatted(unit, id.fingerprint().shortHex()))
                .orElse("the run does not say which adapter made those of " + unit);
    }
}
