package org.dualanodiff.jobs.metrics;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.dualanodiff.pipeline.generate.GenerateResult;

/** Counts what the tasks of this JVM do. Only ever grows; any number of threads count at once. */
public final class WorkCounters {

    private static final WorkCounters THIS_JVM = new WorkCounters();

    private final LongAdder steps = new LongAdder();
    private final LongAdder pairs = new LongAdder();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final DoubleAdder gpuSeconds = new DoubleAdder();

    WorkCounters() {}

    /** Those that Spark's metrics of this JVM show. */
    public static WorkCounters ofThisJvm() {
        return THIS_JVM;
    }

    public void step() {
        steps.increment();
    }

    public void pair() {
        pairs.increment();
    }

    /** The verdicts of a task that has ended, and what it failed to make. */
    public void ended(GenerateResult result) {
        accepted.add(result.accepted());
        rejected.add(result.rejected());
        failed.add(result.failed());
    }

    public void heldGpu(double seconds) {
        gpuSeconds.add(seconds);
    }

    WorkDone soFar() {
        return new WorkDone(steps.sum(), pairs.sum(), accepted.sum(), rejected.sum(), failed.sum(), gpuSeconds.sum());
    }
}
