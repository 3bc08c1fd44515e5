package org.dualanodiff.pipeline.upkeep;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Finds what nobody needs any more, and deletes it if asked to: remains of broken writes, checkpoints of finished
 * trainings, weights that no provenance speaks of, trainings, staged samples and runs that were given up, old results of
 * detectors, evaluations of runs that are gone.
 *
 * <p>Never what the manifest of a run that stays or a version of a published data set refers to, nothing of a run that a
 * driver is at work on, and no published adapter. Each thing is looked at again just before it goes.
 */
public final class CollectGarbage {

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
        for (FoundGarbage one : found) {
            boolean still = one.still().getAsBoolean();
            if (still) {
                store.delete(one.garbage().key());
            }
            (still ? deleted : skipped).add(one.garbage());
        }
        return new GarbageResult(store.root(), true, deleted, skipped);
    }

    List<FoundGarbage> garbage() {
        Inventory all = Inventory.of(store, "");
        Inventory finished = all.only(file -> !file.isUnfinished());
        List<FoundGarbage> garbage = new ArrayList<>(brokenWrites.find(all));
        finders.forEach(finder -> garbage.addAll(finder.find(finished)));
        return garbage;
    }
}
