package org.dualanodiff.pipeline.upkeep;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.export.TableCatalog;
import org.dualanodiff.pipeline.export.TableCatalog.TableName;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.GarbageRules.AgeLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what nobody needs any more, and deletes it if asked to: remains of broken writes, checkpoints of finished
 * trainings, weights that no provenance speaks of, trainings, staged samples and runs that were given up, old results of
 * detectors, evaluations of runs that are gone, old findings in images; by {@link GarbageRules} also versions of data sets,
 * snapshots of tables, finished runs and adapters.
 *
 * <p>Never what the manifest of a run that stays or a version of a published data set or a snapshot of a table that stays
 * refers to, and nothing of a run that a driver is at work on. What names goes before what it names, and each thing is looked at again just before it goes.
 */
public final class CollectGarbage {

    private static final Logger LOG = LoggerFactory.getLogger(CollectGarbage.class);

    private static final Pattern EVALUATION = Pattern.compile("(evaluations/[^/]+)/.+");
    private static final Pattern INSPECTED = Pattern.compile("(inspected/[^/]+/[^/]+)");
    private static final Pattern SUBMISSION = Pattern.compile("(submissions/[^/]+)");
    private static final Pattern DETECTOR = Pattern.compile("(detectors/[^/]+)/.+");
    private static final LeaseTerms LEASE = new LeaseTerms(Duration.ofMinutes(1), Duration.ZERO);

    private final ObjectStore store;
    private final GarbageRules rules;
    private final AgeLimits limits;
    private final Function<TableName, TableCatalog> catalogs;

    /** @param catalogs opens the catalog of a table that has files of the store */
    public CollectGarbage(
            ObjectStore store, GarbageRules rules, Instant now, Function<TableName, TableCatalog> catalogs) {
        this.store = store;
        this.rules = rules;
        this.catalogs = catalogs;
        this.limits = AgeLimits.of(rules, now);
    }

    /**
     * Finds it and leaves it.
     *
     * @throws StoreException if the rules concern tables, and one that has files of the store cannot be read
     */
    public GarbageResult find() {
        try (StoredTables tables = new StoredTables(store, rules, limits, catalogs)) {
            List<Garbage> garbage =
                    garbage(tables).stream().map(FoundGarbage::garbage).toList();
            return GarbageResult.of(store.root(), false, garbage, List.of());
        }
    }

    /** Finds it and deletes it; throws as {@link #find}. */
    public GarbageResult delete() {
        try (StoredTables tables = new StoredTables(store, rules, limits, catalogs)) {
            return delete(garbage(tables));
        }
    }

    /** Deletes what was found, as far as it still is garbage. */
    GarbageResult delete(List<FoundGarbage> found) {
        List<Garbage> deleted = new ArrayList<>();
        List<Garbage> skipped = new ArrayList<>();
        // One after another, since what names goes before what it names; together what is of one run, under its lease.
        for (int from = 0, to; from < found.size(); from = to) {
            Optional<String> run = found.get(from).garbage().runId();
            for (to = from; to < found.size() && found.get(to).garbage().runId().equals(run); ) {
                to++;
            }
            List<FoundGarbage> together = found.subList(from, to);
            run.ifPresentOrElse(
                    id -> deleteOfRun(id, together, deleted, skipped),
                    () -> together.forEach(one -> delete(one, deleted, skipped)));
        }
        return GarbageResult.of(store.root(), true, deleted, skipped);
    }

    private void delete(FoundGarbage one, List<Garbage> deleted, List<Garbage> skipped) {
        if (one.still().getAsBoolean()) {
            one.removal().accept(store);
            deleted.add(one.garbage());
        } else {
            skipped.add(one.garbage());
        }
    }

    /** Under the run's lease, so that no driver begins meanwhile; one may have been there since it was found. */
    private void deleteOfRun(String run, List<FoundGarbage> found, List<Garbage> deleted, List<Garbage> skipped) {
        Optional<RunLease> taken = StoredRuns.isIdle(store, run) ? lease(run) : Optional.empty();
        if (taken.isEmpty()) {
            found.forEach(one -> skipped.add(one.garbage()));
            return;
        }
        try (RunLease lease = taken.get()) {
            found.forEach(one -> {
                lease.requireHeld();
                delete(one, deleted, skipped);
            });
        }
        if (!store.exists(StoreLayout.runIdentity(run))) {
            store.delete(StoreLayout.leases(run));
        }
    }

    /** Empty if a driver has the run. */
    private Optional<RunLease> lease(String run) {
        try {
            return Optional.of(RunLease.acquire(store, run, LEASE, notice -> {}, () -> {}));
        } catch (StoreException held) {
            LOG.warn("nothing of run {} is cleared away: {}", run, held.getMessage());
            return Optional.empty();
        }
    }

    /** In the order in which it may go. */
    List<FoundGarbage> garbage() {
        try (StoredTables tables = new StoredTables(store, rules, limits, catalogs)) {
            return garbage(tables);
        }
    }

    private List<FoundGarbage> garbage(StoredTables tables) {
        Inventory all = Inventory.of(store, "");
        Inventory finished = all.only(file -> !file.isUnfinished());
        List<FoundGarbage> found = new ArrayList<>(brokenWrites(all).toList());
        new DatasetGarbage(store, rules.keepVersions(), limits).in(finished).forEach(found::add);
        found.addAll(tables.garbage());
        new RunGarbage(store, rules.keepRuns(), limits, tables::named)
                .in(finished.without(found))
                .forEach(found::add);
        Inventory left = finished.without(found);
        evaluations(left).forEach(found::add);
        new AdapterGarbage(store, rules.settingsInForce(), limits).in(left).forEach(found::add);
        byAge(left, DETECTOR, "old results of a detector").forEach(found::add);
        byAge(left, INSPECTED, "old findings in images").forEach(found::add);
        byAge(left, SUBMISSION, "how old submissions ended").forEach(found::add);
        return found;
    }

    /** What writers left that died, wherever it lies. */
    private Stream<FoundGarbage> brokenWrites(Inventory files) {
        return files.only(AgedFile::isUnfinished).olderThan(limits.inUse()).files().stream()
                .map(file -> new FoundGarbage(
                        Garbage.of("remains of a broken write", file, StoredRuns.of(file.key())), () -> true));
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
                            now -> now.areOlderThan(limits.keep()) && StoredRuns.isLeaseOnly(store, run));
        });
    }

    /**
     * What spares work and can be had again by it: a detector's training for an evaluation, whose own figures are in its
     * report; a look at all images of a category. No record names it, so age alone tells.
     */
    private Stream<FoundGarbage> byAge(Inventory files, Pattern what, String reason) {
        return files.by(what).entrySet().stream()
                .flatMap(one -> FoundGarbage.folder(
                        store,
                        one.getValue().garbage(reason, one.getKey(), Optional.empty()),
                        one.getValue(),
                        now -> now.areOlderThan(limits.keep())));
    }

    /**
     * Garbage before it goes. A store is listed once and then cleared, which may take long; somebody may have begun to use
     * the thing again since.
     *
     * @param still looks again whether it is garbage
     * @param removal takes it out of the store
     */
    record FoundGarbage(Garbage garbage, BooleanSupplier still, Consumer<ObjectStore> removal) {

        FoundGarbage(Garbage garbage, BooleanSupplier still) {
            this(garbage, still, store -> store.delete(garbage.key()));
        }

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

    /** Files and bytes of one kind of garbage. */
    public record Amount(int files, long bytes) {
        private Amount plus(Garbage garbage) {
            return new Amount(files + garbage.files(), bytes + garbage.bytes());
        }
    }

    /**
     * What was found, and whether it was deleted.
     *
     * @param kinds how much it is, by reason
     * @param skipped what was left since somebody has begun to use it again
     */
    public record GarbageResult(
            String store, boolean deleted, Map<String, Amount> kinds, List<Garbage> garbage, List<Garbage> skipped) {

        static GarbageResult of(String store, boolean deleted, List<Garbage> garbage, List<Garbage> skipped) {
            Map<String, Amount> kinds = new TreeMap<>();
            garbage.forEach(one -> kinds.put(
                    one.reason(),
                    kinds.getOrDefault(one.reason(), new Amount(0, 0)).plus(one)));
            return new GarbageResult(store, deleted, kinds, garbage, skipped);
        }

        /** Each kind for people, one on a line. */
        public List<String> amounts() {
            return kinds.entrySet().stream()
                    .map(kind -> "%s: %d files, %.1f MB in all"
                            .formatted(
                                    kind.getKey(),
                                    kind.getValue().files(),
                                    kind.getValue().bytes() / 1e6))
                    .toList();
        }

        /** The whole for people, on one line. */
        public String sentence() {
            int files = kinds.values().stream().mapToInt(Amount::files).sum();
            double megabytes = kinds.values().stream().mapToLong(Amount::bytes).sum() / 1e6;
            return "%s: %d files, %.1f MB %s"
                    .formatted(store, files, megabytes, deleted ? "deleted" : "could go; --delete deletes them");
        }
    }
}
