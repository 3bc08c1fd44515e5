package org.dualanodiff.pipeline.upkeep;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;
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

    private static final Pattern EVALUATION = Pattern.compile("(evaluations/[^/]+)/.+");
    private static final Pattern DETECTOR = Pattern.compile("(detectors/[^/]+)/.+");
    private static final LeaseTerms LEASE = new LeaseTerms(Duration.ofMinutes(1), Duration.ZERO);

    private final ObjectStore store;
    private final GarbageRules rules;
    private final AgeLimits limits;

    public CollectGarbage(ObjectStore store, GarbageRules rules, Instant now) {
        this.store = store;
        this.rules = rules;
        this.limits = AgeLimits.of(rules, now);
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
            Map<Boolean, List<Garbage>> still = of.stream()
                    .collect(Collectors.partitioningBy(
                            one -> one.still().getAsBoolean(),
                            Collectors.mapping(FoundGarbage::garbage, Collectors.toList())));
            skipped.addAll(still.get(false));
            if (run.isEmpty()) {
                delete(still.get(true), deleted);
            } else if (!still.get(true).isEmpty()) {
                deleteOfRun(run.get(), still.get(true), deleted, skipped);
            }
        });
        return new GarbageResult(store.root(), true, deleted, skipped);
    }

    private void delete(List<Garbage> garbage, List<Garbage> deleted) {
        garbage.forEach(one -> store.delete(one.key()));
        deleted.addAll(garbage);
    }

    /** Under the run's lease, so that no driver begins meanwhile. */
    private void deleteOfRun(String run, List<Garbage> garbage, List<Garbage> deleted, List<Garbage> skipped) {
        try (RunLease lease = RunLease.acquire(store, run, LEASE, notice -> {}, () -> {})) {
            lease.requireHeld();
            delete(garbage, deleted);
        } catch (StoreException taken) {
            LOG.warn("nothing of run {} is cleared away: {}", run, taken.getMessage());
            skipped.addAll(garbage);
        }
        if (!store.exists(StoreLayout.runIdentity(run))) {
            store.delete(StoreLayout.leases(run));
        }
    }

    /** In the order in which it may go. */
    List<FoundGarbage> garbage() {
        Inventory all = Inventory.of(store, "");
        Inventory finished = all.only(file -> !file.isUnfinished());
        return Stream.of(
                        brokenWrites(all),
                        new AdapterGarbage(store, limits).in(finished),
                        new RunGarbage(store, rules.finishedRuns(), limits).in(finished),
                        evaluations(finished),
                        detectors(finished),
                        submissions(finished))
                .flatMap(found -> found)
                .toList();
    }

    /** What writers left that died, wherever it lies. */
    private Stream<FoundGarbage> brokenWrites(Inventory files) {
        return files.only(AgedFile::isUnfinished).olderThan(limits.inUse()).files().stream()
                .map(file -> {
                    Optional<String> run = StoredRuns.of(file.key());
                    return new FoundGarbage(
                            Garbage.of("remains of a broken write", file, run),
                            () -> run.stream().allMatch(id -> StoredRuns.isIdle(store, id)));
                });
    }

    /** Evaluations of runs that are gone. One of real images alone never had a run; age protects it. */
    private Stream<FoundGarbage> evaluations(Inventory files) {
        Set<String> runs = files.by(StoredRuns::of).keySet();
        return files.by(EVALUATION).entrySet().stream().flatMap(evaluation -> {
            String folder = evaluation.getKey();
            String run = PathSegment.unescape(folder.substring(folder.indexOf('/') + 1));
            return runs.contains(run)
                    ? Stream.empty()
                    : FoundGarbage.folder(
                            store,
                            evaluation
                                    .getValue()
                                    .garbage("an evaluation of a run that is gone", folder, Optional.of(run)),
                            evaluation.getValue(),
                            now -> now.areOlderThan(limits.keep()) && !StoredRuns.isThere(store, run));
        });
    }

    /**
     * Old results of detectors. They spare an evaluation a training and can be had again by one; an evaluation's own figures
     * are in its report. No report names the results that it came from, so age alone tells.
     */
    private Stream<FoundGarbage> detectors(Inventory files) {
        return files.by(DETECTOR).entrySet().stream()
                .flatMap(detector -> FoundGarbage.folder(
                        store,
                        detector.getValue().garbage("old results of a detector", detector.getKey(), Optional.empty()),
                        detector.getValue(),
                        now -> now.areOlderThan(limits.keep())));
    }

    /** How commands ended that were submitted long ago. One that is at work renews its record. */
    private Stream<FoundGarbage> submissions(Inventory files) {
        return files.only(file -> file.key().startsWith(StoreLayout.SUBMISSIONS + "/")).olderThan(limits.keep()).files().stream()
                .map(file -> new FoundGarbage(
                        Garbage.of("how a command ended that was submitted long ago", file, Optional.empty()), () -> true));
    }

    /**
     * Garbage before it goes. A store is listed once and then cleared, which may take long; somebody may have begun to use
     * the thing again since.
     *
     * @param still looks again whether it is garbage
     */
    record FoundGarbage(Garbage garbage, BooleanSupplier still) {

        /**
         * Of a folder, if its files are garbage.
         *
         * @param is asked of them as they were listed, and of what lies there just before they go
         */
        static Stream<FoundGarbage> folder(
                ObjectStore store, Garbage garbage, Inventory files, Predicate<Inventory> is) {
            return is.test(files)
                    ? Stream.of(new FoundGarbage(garbage, () -> is.test(Inventory.of(store, garbage.key()))))
                    : Stream.empty();
        }
    }

    /**
     * Something in a store that nobody needs any more.
     *
     * @param reason why
     * @param key of a file, or of a folder that goes with all under it
     * @param runId the run that it belongs to, if any
     */
    public record Garbage(String reason, String key, int files, long bytes, Optional<String> runId) {

        static Garbage of(String reason, AgedFile file, Optional<String> runId) {
            return new Garbage(reason, file.key(), 1, file.bytes(), runId);
        }

        /** For people, on one line. */
        public String line() {
            return "%s: %s (%d files, %.1f MB)".formatted(reason, key, files, bytes / 1e6);
        }
    }

    /**
     * What was found, and whether it was deleted.
     *
     * @param skipped what was left since somebody has begun to use it again
     */
    public record GarbageResult(String store, boolean deleted, List<Garbage> garbage, List<Garbage> skipped) {

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
    }

    /**
     * From when on something is too young to go.
     *
     * @param inUse what was written since may be being written
     * @param keep what was written since may still be of use
     */
    record AgeLimits(Instant inUse, Instant keep) {

        /** At least a day, whatever is asked for. */
        static AgeLimits of(GarbageRules rules, Instant now) {
            Instant inUse = now.minus(GarbageRules.IN_USE);
            Instant keep = now.minus(rules.keep());
            return new AgeLimits(inUse, keep.isBefore(inUse) ? keep : inUse);
        }
    }
}
