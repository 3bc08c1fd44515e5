package org.dualanodiff.pipeline.upkeep;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.EvaluationGarbage.DetectorGarbage;
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

    /**
     * Garbage before it goes. A store is listed once and then cleared, which may take long; somebody may have begun to use
     * the thing again since.
     *
     * @param still looks again whether it is garbage
     */
    record FoundGarbage(Garbage garbage, BooleanSupplier still) {}

    /**
     * Something in a store that nobody needs any more.
     *
     * @param reason why
     * @param key of a file, or of a folder that goes with all under it
     * @param runId the run that it belongs to, if any
     */
    public record Garbage(String reason, String key, int files, long bytes, Optional<String> runId) {

        /** For people, on one line. */
        public String line() {
            return "%s: %s (%d files, %.1f MB)".formatted(reason, key, files, bytes / 1e6);
        }
    }

    /** Looks for garbage in one part of a store. */
    interface GarbageFinder {

        /**
         * @param files of the whole store, without those of broken writes
         * @return in the order in which it may go
         */
        List<FoundGarbage> find(Inventory files);
    }

    /**
     * What was found, and whether it was deleted.
     *
     * @param skipped what was left since somebody has begun to use it again
     */
    public record GarbageResult(String store, boolean deleted, List<Garbage> garbage, List<Garbage> skipped) {

        public GarbageResult {
            garbage = List.copyOf(garbage);
            skipped = List.copyOf(skipped);
        }

        /** The whole for people, on one line. */
        public String sentence() {
            int files = garbage.stream().mapToInt(Garbage::files).sum();
            double megabytes = garbage.stream().mapToLong(Garbage::bytes).sum() / 1e6;
            return "%s: %d files, %.1f MB %s"
                    .formatted(store, files, megabytes, deleted ? "deleted" : "could go; --delete deletes them");
        }
    }

    /**
     * What may go.
     *
     * @param keep how old something must be that may still be of use, such as the checkpoint of a training
     * @param finishedRuns whether runs with a manifest may go, too, if no published data set refers to them
     */
    public record GarbageRules(Duration keep, boolean finishedRuns) {

        /** What is being written at this moment is younger than this. */
        static final Duration IN_USE = Duration.ofDays(1);

        /** At least a day, whatever is asked for. */
        Duration keepAtLeast() {
            return keep.compareTo(IN_USE) < 0 ? IN_USE : keep;
        }
    }

    /**
     * From when on something is too young to go.
     *
     * @param inUse what was written since may be being written
     * @param keep what was written since may still be of use
     */
    record AgeLimits(Instant inUse, Instant keep) {

        static AgeLimits of(GarbageRules rules, Instant now) {
            return new AgeLimits(now.minus(GarbageRules.IN_USE), now.minus(rules.keepAtLeast()));
        }
    }

    /** What writers left that died, wherever it lies. */
    static final class BrokenWrites {

        private final ObjectStore store;
        private final AgeLimits limits;

        BrokenWrites(ObjectStore store, AgeLimits limits) {
            this.store = store;
            this.limits = limits;
        }

        /** @param files of the whole store, those of broken writes included */
        List<FoundGarbage> find(Inventory files) {
            return files.only(AgedFile::isUnfinished).olderThan(limits.inUse()).files().stream()
                    .map(this::found)
                    .toList();
        }

        private FoundGarbage found(AgedFile file) {
            Optional<String> run = StoredRuns.of(file.key());
            return new FoundGarbage(
                    new Garbage("remains of a broken write", file.key(), 1, file.bytes(), run),
                    () -> run.filter(id -> !StoredRuns.isIdle(store, id)).isEmpty());
        }
    }
}
