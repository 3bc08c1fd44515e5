package org.dualanodiff.jobs.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.Daemon;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
import org.dualanodiff.pipeline.store.RunRegistry.UnitState;
import org.dualanodiff.pipeline.store.RunRegistry.UnitStatus;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the units of a run are at, for observers: written into the store every few seconds until closed. */
final class UnitStates implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UnitStates.class);
    private static final int SECONDS = 10;

    private static final int LOOKS_A_PAGE = 3;

    /** Of units that have ended; those that are complete are mostly alike. */
    private static final int ENDED_SHOWN = 40;

    private final ObjectStore store;
    private final RunLease.Fence fence;
    private final Instant started;
    private final Work work;
    private final WriteProgress page;
    private final EarlyEstimate estimate;
    private final Map<AdapterId, UnitStatus> underWay = new LinkedHashMap<>();
    private final Deque<UnitStatus> failed = new ArrayDeque<>();
    private final Deque<UnitStatus> complete = new ArrayDeque<>();

    private final Set<AdapterId> trained = new HashSet<>();
    private final Map<UnitState, Integer> counts = new EnumMap<>(UnitState.class);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(new Daemon("run-status"));
    private int rounds;
    private int commits;
    private long pairs;
    private int looks;

    /**
     * What a command is to do.
     *
     * @param trainings of adapters
     * @param pairs that are to be made
     * @param stepsAPair training steps that take as long as one pair, about
     */
    record Work(int units, int trainings, long pairs, double stepsAPair) {}

    private UnitStates(ObjectStore store, RunLease.Fence fence, Instant started, Work work) {
        this.store = store;
        this.fence = fence;
        this.started = started;
        this.work = work;
        this.page = new WriteProgress(store, fence.runId());
        this.estimate = new EarlyEstimate(store);
        for (UnitState state : UnitState.values()) {
            counts.put(state, 0);
        }
        counts.put(UnitState.WAITING, work.units());
    }

    /** @param fence of the driver: once another one has the run, nothing is written over what that one writes */
    static UnitStates watch(ObjectStore store, RunLease.Fence fence, Instant started, Work work) {
        UnitStates states = new UnitStates(store, fence, started, work);
        states.clock.scheduleWithFixedDelay(states::write, 0, SECONDS, TimeUnit.SECONDS);
        return states;
    }

    synchronized void enter(AdapterId unit, UnitState state) {
        enter(unit, state, Optional.empty());
    }

    /** @param problem why the unit failed; empty if it is complete */
    synchronized void end(AdapterId unit, Optional<String> problem) {
        enter(unit, problem.isEmpty() ? UnitState.COMPLETE : UnitState.FAILED, problem);
        UnitStatus last = underWay.remove(unit);
        Deque<UnitStatus> alike = problem.isEmpty() ? complete : failed;
        alike.addFirst(last);
        if (alike.size() > ENDED_SHOWN) {
            alike.removeLast();
        }
    }

    private void enter(AdapterId unit, UnitState state, Optional<String> problem) {
        UnitStatus before = underWay.get(unit);
        counts.merge(before == null ? UnitState.WAITING : before.state(), -1, Integer::sum);
        counts.merge(state, 1, Integer::sum);
        rounds += state == UnitState.GENERATING ? 1 : 0;
        if (state == UnitState.TRAINING) {
            trained.add(unit);
        }
        underWay.put(
                unit,
                new UnitStatus(
                        unit,
                        state,
                        before == null ? 0 : before.accepted(),
                        before == null ? 0 : before.rejected(),
                        problem));
    }

    /**
     * @param more good pairs than before
     * @param commit what the unit has now
     */
    synchronized void committed(AdapterId unit, int more, UnitCommit commit) {
        commits++;
        pairs += more;
        underWay.computeIfPresent(
                unit,
                (id, status) -> new UnitStatus(
                        unit,
                        status.state(),
                        commit.accepted().size(),
                        commit.rejected().size(),
                        status.problem()));
    }

    synchronized RunStatus status() {
        Instant now = Instant.now();
        double seconds = Duration.between(started, now).toMillis() / 1000.0;
        double rate = seconds == 0 ? 0 : pairs / seconds;
        Map<String, Integer> units = new TreeMap<>();
        counts.forEach((state, count) -> units.put(state.word(), count));
        Optional<Double> paced = rate == 0 ? Optional.empty() : Optional.of(Math.max(0, work.pairs() - pairs) / rate);
        // As long as something trains, the pace of commits is that of the trainings before them.
        Optional<Double> left = pairs == 0 || trains() ? estimate.secondsLeft().or(() -> paced) : paced;
        List<UnitStatus> shown = Stream.of(underWay.values(), failed, complete)
                .flatMap(Collection::stream)
                .toList();
        return new RunStatus(
                fence.runId(), started, now, units, rounds, commits, pairs, work.pairs(), rate, left, shown);
    }

    private boolean trains() {
        return trained.size() < work.trainings()
                || underWay.values().stream().anyMatch(unit -> unit.state() == UnitState.TRAINING);
    }

    /** Reads what trainings have recorded, as long as the pace of commits does not tell how long the rest will take. */
    void judge() {
        List<AdapterId> begun;
        int waiting;
        double stepsOfPairs;
        synchronized (this) {
            begun = pairs == 0 || trains()
                    ? underWay.keySet().stream().filter(trained::contains).toList()
                    : List.of();
            waiting = work.trainings() - trained.size();
            stepsOfPairs = (work.pairs() - pairs) * work.stepsAPair();
        }
        estimate.judge(begun, waiting, stepsOfPairs);
    }

    private void write() {
        try {
            boolean isPage = ++looks % LOOKS_A_PAGE == 0;
            if (isPage) {
                judge();
            }
            RunStatus status = status();
            fence.requireHeld(store);
            store.write(StoreLayout.status(fence.runId()), Json.record(status));
            // Whoever has nothing to do is done before there is a page to look at.
            if (isPage) {
                page.write(status);
            }
        } catch (RuntimeException e) {
            LOG.debug("the status of run {} was not written: {}", fence.runId(), e.getMessage());
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        try {
            clock.awaitTermination(SECONDS, TimeUnit.SECONDS);
            fence.requireHeld(store);
            store.delete(StoreLayout.status(fence.runId()));
            if (looks >= LOOKS_A_PAGE) {
                page.writeEnd(status());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.debug("the status of run {} stays: {}", fence.runId(), e.getMessage());
        }
    }
}
