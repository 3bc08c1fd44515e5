package org.dualanodiff.jobs.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
import org.dualanodiff.pipeline.store.RunRegistry.UnitState;

/**
 * The metrics of a whole application, on its driver: what all executors have reported, those that were lost since
 * included. Steps and pairs are meters, a count and rates; the others are gauges.
 */
public final class RunMetrics {

    private static final AtomicReference<RunMetrics> OF_THIS_DRIVER = new AtomicReference<>();

    private volatile Supplier<RunStatus> status;
    private final Map<String, WorkCounters.Done> byExecutor = new ConcurrentHashMap<>();
    private final Meter steps = new Meter();
    private final Meter pairs = new Meter();
    private Verdicts settled = new Verdicts(0, 0, 0);
    private WorkCounters.Done whenSettled = WorkCounters.Done.NOTHING;

    private record Verdicts(long accepted, long rejected, long failed) {
        Verdicts plus(long moreAccepted, long moreRejected, long moreFailed) {
            return new Verdicts(accepted + moreAccepted, rejected + moreRejected, failed + moreFailed);
        }
    }

    RunMetrics() {}

    static RunMetrics start() {
        RunMetrics metrics = new RunMetrics();
        OF_THIS_DRIVER.set(metrics);
        return metrics;
    }

    static void stop() {
        OF_THIS_DRIVER.set(null);
    }

    /** Those of the Spark application of this process; empty if it runs without {@link RunMetricsPlugin}. */
    public static Optional<RunMetrics> ofThisDriver() {
        return Optional.ofNullable(OF_THIS_DRIVER.get());
    }

    void register(MetricRegistry registry) {
        registry.register("run.trainingSteps", steps);
        registry.register("run.pairs", pairs);
        registry.register("run.accepted", (Gauge<Long>) () -> verdicts().accepted());
        registry.register("run.rejected", (Gauge<Long>) () -> verdicts().rejected());
        registry.register("run.failed", (Gauge<Long>) () -> verdicts().failed());
        registry.register("run.gpuSeconds", (Gauge<Double>) () -> total().gpuSeconds());
        registry.register("run.gpuSecondsIdle", (Gauge<Double>) () -> total().gpuSecondsIdle());
        registry.register("run.rounds", (Gauge<Integer>) () -> shown(RunStatus::rounds));
        registry.register("run.commits", (Gauge<Integer>) () -> shown(RunStatus::commits));
        for (UnitState state : UnitState.values()) {
            registry.register("run.units." + state.word(), (Gauge<Integer>)
                    () -> shown(status -> status.units().getOrDefault(state.word(), 0)));
        }
    }

    /** Has the gauges of rounds, commits and units by state show a run, until another one is shown. */
    public void show(Supplier<RunStatus> run) {
        status = run;
    }

    private int shown(ToIntFunction<RunStatus> number) {
        Supplier<RunStatus> run = status;
        return run == null ? 0 : number.applyAsInt(run.get());
    }

    /** What an executor has done since it started. Reports may come late; none takes back an earlier one. */
    synchronized void report(String executor, WorkCounters.Done done) {
        WorkCounters.Done before = byExecutor.getOrDefault(executor, WorkCounters.Done.NOTHING);
        WorkCounters.Done now = done.atLeast(before);
        steps.mark(now.steps() - before.steps());
        pairs.mark(now.pairs() - before.pairs());
        byExecutor.put(executor, now);
    }

    /**
     * Puts the verdicts right when a run has ended: near-copies of other pairs are found after the tasks that made them, and
     * pairs of units that never began have failed, too. The numbers are that run's; an application may have several.
     */
    public synchronized void settle(long accepted, long rejected, long failed) {
        settled = settled.plus(accepted, rejected, failed);
        whenSettled = total();
    }

    private synchronized Verdicts verdicts() {
        WorkCounters.Done since = total().minus(whenSettled);
        return settled.plus(since.accepted(), since.rejected(), since.failed());
    }

    private WorkCounters.Done total() {
        return byExecutor.values().stream().reduce(WorkCounters.Done.NOTHING, WorkCounters.Done::plus);
    }
}
