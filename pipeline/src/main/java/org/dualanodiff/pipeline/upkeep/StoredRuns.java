package org.dualanodiff.pipeline.upkeep;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which runs have left anything in a store. */
final class StoredRuns {

    private static final Logger LOG = LoggerFactory.getLogger(StoredRuns.class);

    private static final Pattern RUN = Pattern.compile("(?:runs/|samples/run=|staging/run=)([^/]+)/.*");

    private StoredRuns() {}

    /** The run that a key belongs to. */
    static Optional<String> of(String key) {
        Matcher matcher = RUN.matcher(key);
        return matcher.matches() ? Optional.of(PathSegment.unescape(matcher.group(1))) : Optional.empty();
    }

    static SortedSet<String> in(ObjectStore store) {
        SortedSet<String> runs = new TreeSet<>();
        Stream.of("runs", "samples", "staging")
                .flatMap(folder -> store.inventory(folder).stream())
                .map(AgedFile::key)
                .flatMap(key -> of(key).stream())
                .forEach(runs::add);
        return runs;
    }

    /** Whether nobody is at work on a run; with a lease that cannot be read nobody can tell. */
    static boolean isIdle(ObjectStore store, String runId) {
        try {
            return !RunLease.isHeld(store, runId, Instant.now());
        } catch (StoreException e) {
            LOG.warn("run {} is left alone: {}", runId, e.getMessage());
            return false;
        }
    }

    /** Whether a run has left anything. */
    static boolean isThere(ObjectStore store, String runId) {
        return folders(runId).anyMatch(folder -> !store.inventory(folder).isEmpty());
    }

    /** Whether all that is there is of drivers: {@code train} takes a lease and has no run to start. */
    static boolean isLeaseOnly(ObjectStore store, String runId) {
        return folders(runId)
                .flatMap(folder -> store.inventory(folder).stream())
                .allMatch(file -> StoreLayout.isOfDrivers(runId, file.key()));
    }

    /** All that a run has, the manifest's first. */
    static Stream<String> folders(String runId) {
        return Stream.of(StoreLayout.run(runId), StoreLayout.staging(runId), StoreLayout.samples(runId));
    }
}
