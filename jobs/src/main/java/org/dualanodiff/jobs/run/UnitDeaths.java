package org.dualanodiff.jobs.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.StoreLayout;

/**
 * Executors that died at work on the units of a run, kept in the store. Native code that ends one JVM ends the next, so two
 * deaths are the end of a unit, until its inputs or the settings change.
 */
final class UnitDeaths {

    private static final int MOST = 2;

    private final ObjectStore store;
    private final String runId;
    private final Fingerprint settings;
    /** Each unit by the one thread that carries it. */
    private final Map<UnitKey, List<Death>> deaths = new ConcurrentHashMap<>();

    private final Semaphore suspects = new Semaphore(1, true);

    /**
     * @param work {@code train} or {@code generate}
     * @param settings all that the unit was worked on with
     */
    record Death(String work, String executor, Fingerprint settings, Instant at) {}

    /** @param settings of this command: those of the run, its resources and its inputs */
    UnitDeaths(ObjectStore store, String runId, Fingerprint settings) {
        this.store = store;
        this.runId = runId;
        this.settings = settings;
    }

    /** Forgets those of a unit. */
    void forget(UnitKey unit) {
        store.delete(folder(unit));
    }

    /**
     * Reads those of a unit.
     *
     * @throws org.dualanodiff.pipeline.store.StoreException if one cannot be read
     */
    void read(UnitKey unit) {
        List<String> keys =
                store.list(folder(unit)).stream().map(StoredFile::key).toList();
        List<Death> found = new ArrayList<>(ObjectStore.inParallel(keys, key -> store.read(key, Death.class)));
        found.removeIf(death -> !death.settings().equals(settings));
        deaths.put(unit, found);
    }

    /** Notes that an executor died; once for each, whatever tasks it had. */
    void add(UnitKey unit, String work, String executor) {
        Death death = new Death(work, executor, settings, Instant.now());
        List<Death> of = deaths.computeIfAbsent(unit, none -> new ArrayList<>());
        of.add(death);
        int number = of.size();
        while (!store.createIfAbsent(folder(unit) + "/" + number + ".json", Json.record(death))) {
            number++;
        }
    }

    private boolean isSuspect(UnitKey unit) {
        return !deaths.getOrDefault(unit, List.of()).isEmpty();
    }

    /** Units under which an executor died take turns, so that the innocent ones are not there when it happens again. */
    <R> R alone(UnitKey unit, Callable<R> job) throws Exception {
        if (!isSuspect(unit)) {
            return job.call();
        }
        suspects.acquire();
        try {
            return job.call();
        } finally {
            suspects.release();
        }
    }

    /** Why a unit is not to be tried again. */
    Optional<String> end(UnitKey unit) {
        List<Death> of = deaths.getOrDefault(unit, List.of());
        if (of.size() < MOST) {
            return Optional.empty();
        }
        Death last = of.get(of.size() - 1);
        return Optional.of(
                ("%d executors died at work on it, the last one, executor %s, in %s at %s; see that executor's"
                                + " log (signal, memory limit), then change its inputs or settings, or run augment"
                                + " --retry-failed")
                        .formatted(of.size(), last.executor(), last.work(), last.at()));
    }

    private String folder(UnitKey unit) {
        return StoreLayout.deaths(runId, unit);
    }
}
