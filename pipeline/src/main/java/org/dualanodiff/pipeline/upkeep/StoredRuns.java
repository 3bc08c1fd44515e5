package org.dualanodiff.pipeline.upkeep;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;

/** Which runs have left anything in a store. */
final class StoredRuns {

    private static final Pattern RUN = Pattern.compile("(?:runs/|samples/run=|staging/run=)([^/]+)/.*");

    private StoredRuns() {}

    /** The run that a key belongs to. */
    static Optional<String> of(String key) {
        Matcher matcher = RUN.matcher(key);
        return matcher.matches() ? Optional.of(PathSegment.unescape(matcher.group(1))) : Optional.empty();
    }

    /** Of a file of pairs by its address, whatever way to the store that is. */
    static String key(String address) {
        return address.substring(address.lastIndexOf("/samples/run=") + 1);
    }

    /**
     * All runs that have left anything, or the one that is asked for.
     *
     * @throws StoreException if there is no such run
     */
    static List<String> in(ObjectStore store, Optional<String> wanted) {
        List<String> all = Stream.of("runs", "samples", "staging")
                .flatMap(folder -> store.inventory(folder).stream())
                .flatMap(file -> of(file.key()).stream())
                .distinct()
                .sorted()
                .toList();
        wanted.filter(run -> !all.contains(run)).ifPresent(run -> {
            throw new StoreException(
                    "there is no run %s in %s; it has %s".formatted(run, store.root(), all.isEmpty() ? "none" : all));
        });
        return wanted.map(List::of).orElse(all);
    }

    /** Whether nobody is at work on a run; with a lease that cannot be read nobody can tell. */
    static boolean isIdle(ObjectStore store, String runId) {
        return !RunLease.isHeld(store, runId, Instant.now());
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
