package org.dualanodiff.pipeline.upkeep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.SnapshotUtil;
import org.dualanodiff.pipeline.export.TableCatalog;
import org.dualanodiff.pipeline.export.TableCatalog.TableName;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.dualanodiff.pipeline.upkeep.GarbageRules.AgeLimits;

/**
 * Snapshots of one Iceberg table that were replaced long ago, with the lists of files that only they need, and old runs in
 * its current snapshot. A snapshot's age is counted from the moment when the next one was made: until then it was what
 * everybody read. So the files of a run that is taken out stay until that long after.
 */
final class TableGarbage {

    private static final int ATTEMPTS = 20;

    private final TableName name;
    private final Table table;
    private final GarbageRules rules;
    private final AgeLimits limits;

    TableGarbage(TableName name, TableCatalog catalog, GarbageRules rules, AgeLimits limits) {
        this.name = name;
        this.table = catalog.table();
        this.rules = rules;
        this.limits = limits;
    }

    /** Snapshots first: so the files of what is taken out now are named by one that stays. */
    List<FoundGarbage> find() {
        List<FoundGarbage> found = new ArrayList<>();
        List<Snapshot> old = old(table);
        if (!old.isEmpty()) {
            Map<String, Long> files = ownFiles(old);
            Garbage garbage = new Garbage(
                    "snapshots of a table that were replaced",
                    "%s: %d of %d snapshots".formatted(name, old.size(), size(table.snapshots())),
                    files.size(),
                    files.values().stream().mapToLong(bytes -> bytes).sum(),
                    Optional.empty());
            found.add(new FoundGarbage(garbage, () -> true, store -> expire()));
        }
        Map<String, List<DataFile>> runs = oldRuns();
        if (!runs.isEmpty()) {
            Garbage garbage = new Garbage(
                    "rows of old runs in a table, whose files go when no snapshot has them any more",
                    "%s: %s".formatted(name, runs.keySet()),
                    0,
                    0,
                    Optional.empty());
            found.add(new FoundGarbage(garbage, () -> true, store -> takeOut()));
        }
        return found;
    }

    /** The addresses of all data files of the snapshots that stay. */
    Set<String> named() {
        table.refresh();
        Set<Long> going = old(table).stream().map(Snapshot::snapshotId).collect(Collectors.toSet());
        Map<String, ManifestFile> manifests = new TreeMap<>();
        for (Snapshot snapshot : table.snapshots()) {
            if (!going.contains(snapshot.snapshotId())) {
                snapshot.dataManifests(table.io()).forEach(manifest -> manifests.put(manifest.path(), manifest));
            }
        }
        Set<String> named = new HashSet<>();
        for (ManifestFile manifest : manifests.values()) {
            try (CloseableIterable<String> paths = ManifestFiles.readPaths(manifest, table.io(), table.specs())) {
                paths.forEach(named::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return named;
    }

    /** Those of the main branch beyond the newest that nothing else holds, and whose successors are old enough. */
    private List<Snapshot> old(Table of) {
        if (rules.keepSnapshots().isEmpty()) {
            return List.of();
        }
        Set<Long> held = held(of);
        List<Snapshot> old = new ArrayList<>();
        int number = 0;
        Snapshot next = null;
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(of)) {
            if (number >= Math.max(1, rules.keepSnapshots().getAsInt())
                    && next.timestampMillis() < limits.keep().toEpochMilli()
                    && !held.contains(snapshot.snapshotId())) {
                old.add(snapshot);
            }
            next = snapshot;
            number++;
        }
        return old;
    }

    /** What tags stand for, and all of other branches. */
    private static Set<Long> held(Table of) {
        Set<Long> held = new HashSet<>();
        of.refs().forEach((name, ref) -> {
            if (ref.isTag()) {
                held.add(ref.snapshotId());
            } else if (!name.equals(SnapshotRef.MAIN_BRANCH)) {
                SnapshotUtil.ancestorsOf(ref.snapshotId(), of::snapshot)
                        .forEach(snapshot -> held.add(snapshot.snapshotId()));
            }
        });
        return held;
    }

    /** Lists of files that no other snapshot has, with their lengths. */
    private Map<String, Long> ownFiles(List<Snapshot> old) {
        Map<String, Long> own = new LinkedHashMap<>();
        Set<Long> going = old.stream().map(Snapshot::snapshotId).collect(Collectors.toSet());
        for (Snapshot snapshot : old) {
            snapshot.allManifests(table.io()).forEach(manifest -> own.put(manifest.path(), manifest.length()));
            own.put(
                    snapshot.manifestListLocation(),
                    table.io().newInputFile(snapshot.manifestListLocation()).getLength());
        }
        for (Snapshot snapshot : table.snapshots()) {
            if (!going.contains(snapshot.snapshotId())) {
                snapshot.allManifests(table.io()).forEach(manifest -> own.remove(manifest.path()));
                own.remove(snapshot.manifestListLocation());
            }
        }
        return own;
    }

    /**
     * By the table's own operations, since Iceberg expires nothing of a table of whose files it may delete none, which
     * {@code gc.enabled} says. The table forgets them first, then their lists go.
     */
    private void expire() {
        TableOperations operations = ((HasTableOperations) table).operations();
        for (int attempt = 1; ; attempt++) {
            TableMetadata base = operations.refresh();
            table.refresh();
            List<Snapshot> old = old(table);
            Map<String, Long> files = ownFiles(old);
            Set<Long> ids = old.stream().map(Snapshot::snapshotId).collect(Collectors.toSet());
            try {
                operations.commit(
                        base, TableMetadata.buildFrom(base).removeSnapshots(ids).build());
                table.refresh();
                files.keySet().forEach(table.io()::deleteFile);
                return;
            } catch (CommitFailedException e) {
                if (attempt == ATTEMPTS) {
                    throw new StoreException("cannot expire snapshots of %s: %s".formatted(name, e.getMessage()), e);
                }
            }
        }
    }

    private void takeOut() {
        table.refresh();
        Map<String, List<DataFile>> runs = oldRuns();
        if (!runs.isEmpty()) {
            DeleteFiles change = table.newDelete();
            runs.values().stream().flatMap(List::stream).forEach(change::deleteFile);
            change.commit();
        }
    }

    /** Files of runs that the table has, but for the runs that were appended last, and recently. */
    private Map<String, List<DataFile>> oldRuns() {
        OptionalInt keep = rules.keepTableRuns();
        if (keep.isEmpty() || table.currentSnapshot() == null) {
            return Map.of();
        }
        Map<String, List<DataFile>> runs = new TreeMap<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                StoredRuns.of(StoredRuns.key(task.file().location()))
                        .ifPresent(run -> runs.computeIfAbsent(run, none -> new ArrayList<>())
                                .add(task.file().copyWithoutStats()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<Long, Long> times = new TreeMap<>();
        table.snapshots().forEach(snapshot -> times.put(snapshot.sequenceNumber(), snapshot.timestampMillis()));
        List<String> newest = runs.keySet().stream()
                .sorted(Comparator.comparing((String run) -> appended(runs.get(run)))
                        .thenComparing(run -> run)
                        .reversed())
                .limit(Math.max(1, keep.getAsInt()))
                .toList();
        newest.forEach(runs::remove);
        // Of a snapshot that was expired long ago nobody knows the time.
        runs.values()
                .removeIf(files -> times.getOrDefault(appended(files), Long.MIN_VALUE)
                        >= limits.keep().toEpochMilli());
        return runs;
    }

    private static long appended(List<DataFile> files) {
        return files.stream().mapToLong(DataFile::dataSequenceNumber).max().orElse(0);
    }

    private static int size(Iterable<Snapshot> snapshots) {
        int size = 0;
        for (Snapshot any : snapshots) {
            size += any == null ? 0 : 1;
        }
        return size;
    }
}
