package org.dualanodiff.pipeline.upkeep;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.store.LeaseTerms;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what nobody needs any more, and deletes it if asked to: remains of broken writes, checkpoints of finished
 * trainings, weights that no provenance speaks of, trainings, staged samples and runs that were given up, old results of
 * detectors, evaluations of runs that are gone.
 *
 * <p>Never what the manifest of a run that stays or a version of a published data set refers to, nothing of a run that a
 * driver is at work on, and no published adapter. Each thing is looked at again just before it goes.
 */
public final class CollectGarbage {

    private static final Logger LOG = LoggerFactory.getLogger(CollectGarbage.class);

    private static final LeaseTerms LEASE = new LeaseTerms(Duration.ofMinutes(1), Duration.ZERO);

    private final ObjectStore store;
    private final BrokenWrites brokenWrites;
    private final List<GarbageFinder> finders;

    public CollectGarbage(ObjectStore store, GarbageRules rules, Instant now) {
        AgeLimits limits = AgeLimits.of(rules, now);
        this.store = store;
        this.brokenWrites = new BrokenWrites(store, limits);
        this.finders = List.of(
                new AdapterGarbage(store, limits),
                new RunGarbage(store, rules.finishedRuns(), limits),
                new EvaluationGarbage(store, limits),
                new DetectorGarbage(store, limits));
    }

    /** Finds it and leaves it. */
    public GarbageResult find() {
        List<Garbage> garbage = garbage().stream().map(FoundGarbage::garbage).toList();
        return new GarbageResult(store.root(), false, garbage, List.of());
    }

    /** Finds it and deletes it. */
    public GarbageResult delete() {
        return delete(garbage());
    }

    /** Deletes what was found, as far as it still is garbage. */
    GarbageResult delete(List<FoundGarbage> found) {
        List<Garbage> deleted = new ArrayList<>();
        List<Garbage> skipped = new ArrayList<>();
        Map<Optional<String>, List<FoundGarbage>> byRun = found.stream()
                .collect(Collectors.groupingBy(one -> one.garbage().runId(), LinkedHashMap::new, Collectors.toList()));
        byRun.forEach((run, of) -> {
            if (run.isEmpty()) {
                delete(of, deleted, skipped);
            } else {
                deleteOfRun(run.get(), of, deleted, skipped);
            }
        });
        return new GarbageResult(store.root(), true, deleted, skipped);
    }

    private void delete(List<FoundGarbage> found, List<Garbage> deleted, List<Garbage> skipped) {
        List<FoundGarbage> still =
                found.stream().filter(one -> one.still().getAsBoolean()).toList();
        for (FoundGarbage one : found) {
            if (still.contains(one)) {
                store.delete(one.garbage().key());
            }
            (still.contains(one) ? deleted : skipped).add(one.garbage());
        }
    }

    /** Under the run's lease, so that no driver begins meanwhile. */
    private void deleteOfRun(String run, List<FoundGarbage> found, List<Garbage> deleted, List<Garbage> skipped) {
        List<FoundGarbage> still =
                found.stream().filter(one -> one.still().getAsBoolean()).toList();
        found.stream()
                .filter(one -> !still.contains(one))
                .map(FoundGarbage::garbage)
                .forEach(skipped::add);
        if (still.isEmpty()) {
            return;
        }
        try (RunLease lease = RunLease.acquire(store, run, LEASE, notice -> {}, () -> {})) {
            lease.requireHeld();
            still.forEach(one -> store.delete(one.garbage().key()));
            still.stream().map(FoundGarbage::garbage).forEach(deleted::add);
        } catch (StoreException taken) {
            LOG.warn("nothing of run {} is cleared away: {}", run, taken.getMessage());
            still.stream().map(FoundGarbage::garbage).forEach(skipped::add);
        }
        if (!store.exists(StoreLayout.runIdentity(run))) {
            store.delete(StoreLayout.leases(run));
        }
    }

    List<FoundGarbage> garbage() {
        Inventory all = Inventory.of(store, "");
        Inventory finished = all.only(file -> !file.isUnfinished());
        List<FoundGarbage> garbage = new ArrayList<>(brokenWrites.find(all));
        finders.forEach(finder -> garbage.addAll(finder.find(finished)));
        return garbage;
    }
}
