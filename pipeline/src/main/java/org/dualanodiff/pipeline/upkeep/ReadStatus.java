package org.dualanodiff.pipeline.upkeep;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;

/** How far the runs of a store are, and who is at work on them. Reads records, no pairs. */
public final class ReadStatus {

    private final ObjectStore store;

    public ReadStatus(ObjectStore store) {
        this.store = store;
    }

    /**
     * A run.
     *
     * @param state {@code running}, {@code complete}, {@code partial}, {@code unfinished} or {@code unreadable}
     * @param driver who is at work on it and since when, in words; null if nobody
     * @param units by what they are at
     * @param accepted good pairs committed
     * @param now of the command at work, or null
     * @param problem what cannot be read, or null
     */
    public record Run(
            String runId,
            String state,
            String driver,
            Map<String, Integer> units,
            int accepted,
            int rejected,
            RunStatus now,
            String problem) {}

    /** @throws StoreException if there is no such run */
    public List<Run> of(Optional<String> runId) {
        return StoredRuns.in(store, runId).stream().map(this::run).toList();
    }

    private Run run(String runId) {
        try {
            Optional<String> driver = RunLease.holder(store, runId, Instant.now());
            List<UnitCommit> commits = new UnitCommits(store, runId).all();
            int accepted = commits.stream()
                    .mapToInt(commit -> commit.accepted().size())
                    .sum();
            int rejected = commits.stream()
                    .mapToInt(commit -> commit.rejected().size())
                    .sum();
            Optional<RunStatus> now = driver.flatMap(who -> store.find(StoreLayout.status(runId), RunStatus.class));
            Optional<RunManifest> manifest = new RunRegistry(store).findManifest(runId);
            String ended = manifest.map(of -> of.status().name().toLowerCase(Locale.ROOT))
                    .orElse("unfinished");
            return new Run(
                    runId,
                    driver.isPresent() ? "running" : ended,
                    driver.orElse(null),
                    now.map(RunStatus::units)
                            .or(() -> manifest.map(ReadStatus::units))
                            .orElse(Map.of("committed", commits.size())),
                    accepted,
                    rejected,
                    now.orElse(null),
                    null);
        } catch (StoreException e) {
            return new Run(runId, "unreadable", null, Map.of(), 0, 0, null, e.getMessage());
        }
    }

    private static Map<String, Integer> units(RunManifest manifest) {
        Map<String, Integer> units = new TreeMap<>();
        manifest.units().forEach(unit -> units.merge(unit.succeeded() ? "complete" : "failed", 1, Integer::sum));
        return units;
    }
}
