package org.dualanodiff.jobs.run;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;

/** What a run has of all its units, from three listings and one reading of its commits. */
final class StoredUnits {

    private final String runId;
    private final Map<UnitKey, UnitCommit> commits = new HashMap<>();
    private final Map<UnitKey, String> unreadable = new HashMap<>();
    private final Map<String, Map<String, Long>> samples;
    private final Map<String, Map<String, Long>> staged;
    private final Set<UnitKey> died = new HashSet<>();

    private StoredUnits(ObjectStore store, String runId) {
        this.runId = runId;
        this.samples = byFolder(store.list(StoreLayout.samples(runId)));
        this.staged = byFolder(store.list(StoreLayout.staging(runId)));
    }

    /** A commit that cannot be read is its unit's failure, not the run's. */
    static StoredUnits of(ObjectStore store, String runId) {
        StoredUnits units = new StoredUnits(store, runId);
        new UnitCommits(store, runId)
                .readable((key, e) -> units.unreadable.put(unit(key), e.getMessage()))
                .forEach(commit -> units.commits.put(commit.unit(), commit));
        store.list(StoreLayout.deaths(runId)).forEach(file -> units.died.add(unit(file.key())));
        return units;
    }

    /** Of a key that ends with {@code CATEGORY/DEFECT/FILE}. */
    private static UnitKey unit(String key) {
        String[] segments = key.split("/");
        return new UnitKey(
                PathSegment.unescape(segments[segments.length - 3]),
                PathSegment.unescape(segments[segments.length - 2]));
    }

    private static Map<String, Map<String, Long>> byFolder(List<StoredFile> files) {
        return files.stream()
                .filter(file -> StoreLayout.isSampleFile(file.key()))
                .collect(Collectors.groupingBy(
                        file -> file.key().substring(0, file.key().lastIndexOf('/')),
                        Collectors.toMap(StoredFile::key, StoredFile::bytes, (a, b) -> a, TreeMap::new)));
    }

    /** Notes why a unit is not to be worked on. */
    void leaveAlone(UnitKey unit, String unreadableRecord) {
        unreadable.putIfAbsent(unit, unreadableRecord);
    }

    /** As they are written. */
    Map<UnitKey, UnitCommit> commits() {
        return commits;
    }

    /** Without the files that are not there. */
    Map<UnitKey, UnitCommit> whole() {
        Map<UnitKey, UnitCommit> whole = new HashMap<>();
        commits.forEach((unit, commit) -> whole.put(unit, whole(commit)));
        return whole;
    }

    /** Units under which executors have died. */
    Set<UnitKey> died() {
        return died;
    }

    OfUnit files(AdapterId adapter) {
        UnitKey unit = adapter.unit();
        UnitCommit standing = commits.getOrDefault(unit, UnitCommit.nothing(runId, adapter));
        UnitCommit whole = whole(standing);
        Set<String> stored = new HashSet<>(stored(unit).keySet());
        whole.replaced().forEach(stored::remove);
        return new OfUnit(
                whole,
                whole.files().size() < standing.files().size(),
                stored,
                staged.getOrDefault(StoreLayout.staging(runId, unit), Map.of()),
                died.contains(unit),
                unreadable.get(unit));
    }

    private UnitCommit whole(UnitCommit commit) {
        return commit.only(stored(commit.unit()));
    }

    private Map<String, Long> stored(UnitKey unit) {
        return samples.getOrDefault(StoreLayout.samples(runId, unit), Map.of());
    }

    /**
     * What the store has of a unit when a command begins.
     *
     * @param commit as far as its files are there; number 0 if there is none
     * @param broken whether some of its files are not
     * @param stored keys of the files in its folder, listed by the commit or not, without those that it replaced
     * @param staged lengths of the staged files by key
     * @param deaths whether executors have died of it
     * @param unreadable why its commit cannot be read, or null
     */
    record OfUnit(
            UnitCommit commit,
            boolean broken,
            Set<String> stored,
            Map<String, Long> staged,
            boolean deaths,
            String unreadable) {

        /** Whether there is something to be put right, be there enough pairs or not. */
        boolean isUntidy() {
            return broken || !staged.isEmpty() || stored.size() > commit.files().size();
        }
    }
}
