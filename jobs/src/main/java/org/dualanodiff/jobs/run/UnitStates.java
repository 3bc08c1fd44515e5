package org.dualanodiff.jobs.run;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the units of a run are at, for those who look from outside: written into the store every few seconds until closed. */
final class UnitStates implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UnitStates.class);
    private static final int SECONDS = 10;

    enum State {
        WAITING,
        TRAINING,
        LEARNING,
        GENERATING,
        COMMITTING,
        COMPLETE,
        FAILED
    }

    private final ObjectStore store;
    private final String runId;
    private final Instant started;
    private final long wanted;
    /** Of units under way; the others are only counted. */
    private final Map<UnitKey, State> underWay = new HashMap<>();

    private final Map<State, Integer> counts = new EnumMap<>(State.class);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(UnitStates::daemon);
    private int rounds;
    private int commits;
    private long pairs;

    private UnitStates(ObjectStore store, String runId, Instant started, int units, long wanted) {
        this.store = store;
        this.runId = runId;
        this.started = started;
        this.wanted = wanted;
        for (State state : State.values()) {
            counts.put(state, 0);
        }
        counts.put(State.WAITING, units);
    }

    /** @param wanted pairs that are to be made */
    static UnitStates watch(ObjectStore store, String runId, Instant started, int units, long wanted) {
        UnitStates states = new UnitStates(store, runId, started, units, wanted);
        states.clock.scheduleWithFixedDelay(states::write, 0, SECONDS, TimeUnit.SECONDS);
        return states;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "run-status");
        thread.setDaemon(true);
        return thread;
    }

    synchronized void enter(UnitKey unit, State state) {
        State before = underWay.getOrDefault(unit, State.WAITING);
        counts.merge(before, -1, Integer::sum);
        counts.merge(state, 1, Integer::sum);
        if (state == State.COMPLETE || state == State.FAILED) {
            underWay.remove(unit);
        } else {
            underWay.put(unit, state);
        }
        rounds += state == State.GENERATING ? 1 : 0;
    }

    synchronized void committed(int more) {
        commits++;
        pairs += more;
    }

    synchronized RunStatus status() {
        Instant now = Instant.now();
        double seconds = Duration.between(started, now).toMillis() / 1000.0;
        double rate = seconds == 0 ? 0 : pairs / seconds;
        Map<String, Integer> units = new TreeMap<>();
        counts.forEach((state, count) -> units.put(state.name().toLowerCase(Locale.ROOT), count));
        Optional<Double> left = rate == 0 ? Optional.empty() : Optional.of(Math.max(0, wanted - pairs) / rate);
        return new RunStatus(runId, started, now, units, rounds, commits, pairs, wanted, rate, left);
    }

    private void write() {
        try {
            store.write(StoreLayout.status(runId), Json.record(status()));
        } catch (RuntimeException e) {
            LOG.debug("the status of run {} was not written: {}", runId, e.getMessage());
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        try {
            clock.awaitTermination(SECONDS, TimeUnit.SECONDS);
            store.delete(StoreLayout.status(runId));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException e) {
            LOG.debug("the status of run {} stays: {}", runId, e.getMessage());
        }
    }
}
