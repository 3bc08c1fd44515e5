package org.dualanodiff.pipeline.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far the command at work on a run has got: {@code runs/RUN/status.json}, written every few seconds.
 *
 * @param units by what they are at
 * @param rounds of generation, over all units
 * @param commits made
 * @param pairs committed by this command, and those still wanted when it began
 * @param pairsPerSecond committed since it began
 * @param secondsLeft at that pace; empty before the first commit
 */
public record RunStatus(
        String runId,
        Instant startedAt,
        Instant updatedAt,
        Map<String, Integer> units,
        int rounds,
        int commits,
        long pairs,
        long wanted,
        double pairsPerSecond,
        Optional<Double> secondsLeft) {

    public RunStatus {
        requireNonNull(runId, "run_id");
        requireNonNull(startedAt, "started_at");
        requireNonNull(updatedAt, "updated_at");
        units = Collections.unmodifiableMap(new TreeMap<>(requireNonNull(units, "units")));
        requireNonNull(secondsLeft, "seconds_left");
    }
}
