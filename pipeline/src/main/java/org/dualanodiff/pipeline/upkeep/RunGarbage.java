package org.dualanodiff.pipeline.upkeep;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.dualanodiff.pipeline.upkeep.GarbageRules.AgeLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs that were given up, their staged samples, and files that no commit lists; nothing of a run at work. */
final class RunGarbage {

    private static final Logger LOG = LoggerFactory.getLogger(RunGarbage.class);

    private final ObjectStore store;
    private final OptionalInt keep;
    private final AgeLimits limits;

    private final Supplier<Optional<Set<String>>> inTables;
    /** What tables name when the first run is to go, after the snapshots that go with them. */
    private Optional<Set<String>> inTablesNow;

    /**
     * @param keep how many of the newest with a manifest stay; empty: all
     * @param inTables addresses of files that tables name; empty if nobody knows
     */
    RunGarbage(ObjectStore store, OptionalInt keep, AgeLimits limits, Supplier<Optional<Set<String>>> inTables) {
        this.store = store;
        this.keep = keep;
        this.limits = limits;
        this.inTables = inTables;
    }

    /** @param files of the store, without versions of data sets that are to go before */
    Stream<FoundGarbage> in(Inventory files) {
        Set<String> counted = files.files().stream().map(AgedFile::key).collect(Collectors.toSet());
        References references =
                References.in(store, files.files(), References.OF_DATASETS).with(inTables.get());
        Set<String> newest = newest(files);
        return files.by(StoredRuns::of).entrySet().stream()
                .filter(run -> StoredRuns.isIdle(store, run.getKey()))
                .flatMap(run -> mayGo(run.getKey(), run.getValue(), references, newest)
                        ? whole(run.getKey(), run.getValue(), counted)
                        : remains(run.getKey(), run.getValue(), references));
    }

    /** The runs that finished last, as many as are to stay; all if nothing is said. */
    private Set<String> newest(Inventory files) {
        return files
                .only(file -> StoredRuns.of(file.key())
                        .filter(run -> file.key().equals(StoreLayout.manifest(run)))
                        .isPresent())
                .files()
                .stream()
                .sorted(Comparator.comparing(AgedFile::modified)
                        .thenComparing(AgedFile::key)
                        .reversed())
                .limit(keep.orElse(Integer.MAX_VALUE))
                .map(file -> StoredRuns.of(file.key()).orElseThrow())
                .collect(Collectors.toSet());
    }

    /** The manifest's folder first: whatever happens then, it does not speak of files that are gone. */
    private Stream<FoundGarbage> whole(String run, Inventory files, Set<String> counted) {
        return StoredRuns.folders(run)
                .filter(folder -> !files.under(folder).isEmpty())
                .map(folder -> new FoundGarbage(
                        files.under(folder).garbage("a run that nothing refers to", folder, Optional.of(run)),
                        () -> isStillUnused(run, counted)));
    }

    private Stream<FoundGarbage> remains(String run, Inventory files, References references) {
        String staging = StoreLayout.staging(run);
        Inventory staged = files.under(staging);
        return Stream.concat(
                uncommitted(run, files, references),
                FoundGarbage.folder(
                        store,
                        staged.garbage("staged samples of a run that was given up", staging, Optional.of(run)),
                        staged,
                        now -> now.areOlderThan(limits.keep())));
    }

    private boolean mayGo(String run, Inventory files, References references, Set<String> newest) {
        return files.areOlderThan(limits.keep()) && !references.includeRun(run) && !newest.contains(run);
    }

    /** All that is left of the run is looked at, so that its folders go or stay together. */
    private boolean isStillUnused(String run, Set<String> counted) {
        // Nobody else is at work on it: the lease is taken by who asks.
        Inventory left = Inventory.of(store, StoredRuns.folders(run).toArray(String[]::new))
                .only(file -> !StoreLayout.isOfDrivers(run, file.key()));
        // What else was published had been read when the run was found; a version that was to go may have stayed.
        Inventory others = Inventory.of(store, "datasets")
                .only(file -> !file.isUnfinished())
                .only(file -> !counted.contains(file.key()) || !file.modified().isBefore(limits.inUse()));
        // Nothing but files of drivers is left by train, whose age was looked at when they were listed.
        return (left.isEmpty() || left.areOlderThan(limits.keep()))
                && !References.in(store, others.files(), References.OF_DATASETS)
                        .with(inTablesNow())
                        .includeRun(run);
    }

    private Optional<Set<String>> inTablesNow() {
        if (inTablesNow == null) {
            inTablesNow = inTables.get();
        }
        return inTablesNow;
    }

    /** What drivers wrote and could not commit; not what a data set was given before it was replaced. */
    private Stream<FoundGarbage> uncommitted(String run, Inventory files, References references) {
        Inventory old = files.under(StoreLayout.samples(run))
                .only(file -> StoreLayout.isSampleFile(file.key()) && StoreLayout.isOfCommits(file.key()))
                .olderThan(limits.inUse())
                .only(file -> !references.name(file.key()));
        if (old.isEmpty()) {
            return Stream.empty();
        }
        Set<String> settled = replacedLongAgo(run);
        return old.only(notIn(run, settled)).files().stream()
                .map(file -> new FoundGarbage(
                        Garbage.of("pairs that no commit lists", file, Optional.of(run)),
                        () -> notIn(run, settled).test(file)));
    }

    /**
     * Files that were replaced a short while ago may still be read by who had read the commit before. Of a run whose commits
     * cannot be read, nothing can be told.
     *
     * @param settled what was replaced before that
     */
    private Predicate<AgedFile> notIn(String run, Set<String> settled) {
        try {
            Set<String> needed = new HashSet<>();
            for (UnitCommit commit : new UnitCommits(store, run).all()) {
                needed.addAll(UnitCommit.keys(commit.files()));
                commit.replaced().stream().filter(key -> !settled.contains(key)).forEach(needed::add);
            }
            // That of a driver that was killed before it could write a new one still names what was replaced.
            new RunRegistry(store)
                    .findManifest(run)
                    .ifPresent(manifest -> manifest.units().stream()
                            .flatMap(unit -> unit.files().stream())
                            .forEach(file -> needed.add(file.key())));
            return file -> !needed.contains(file.key());
        } catch (StoreException e) {
            LOG.warn("no files of run {} go, since nobody can tell which are needed: {}", run, e.getMessage());
            return file -> false;
        }
    }

    /** A commit names all that was ever replaced, so the last ones before the limit name what nobody reads any more. */
    private Set<String> replacedLongAgo(String run) {
        Set<String> settled = new HashSet<>();
        try {
            for (UnitCommit last : new UnitCommits(store, run).all()) {
                Optional<UnitCommit> commit =
                        Optional.of(last).filter(any -> !any.replaced().isEmpty());
                while (commit.isPresent() && !commit.get().committedAt().isBefore(limits.inUse())) {
                    String before =
                            StoreLayout.commit(run, last.unit(), commit.get().number() - 1);
                    commit = store.find(before, UnitCommit.class);
                }
                commit.map(UnitCommit::replaced).ifPresent(settled::addAll);
            }
            return settled;
        } catch (StoreException e) {
            LOG.warn("files that run {} has replaced stay: {}", run, e.getMessage());
            return Set.of();
        }
    }
}
