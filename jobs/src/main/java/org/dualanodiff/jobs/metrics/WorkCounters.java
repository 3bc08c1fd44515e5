package org.dualanodiff.jobs.metrics;

import java.io.Serializable;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleBinaryOperator;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateResult;

/** Counts what the tasks of this JVM do. Only ever grows; any number of threads count at once. */
public final class WorkCounters {

    private static final WorkCounters THIS_JVM = new WorkCounters();

    private final LongAdder steps = new LongAdder();
    private final LongAdder pairs = new LongAdder();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final DoubleAdder gpuSeconds = new DoubleAdder();

    private WorkCounters() {}

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

    /** @param gpuSecondsThere for which this JVM has had GPUs */
    Done soFar(double gpuSecondsThere) {
        return new Done(
                steps.sum(),
                pairs.sum(),
                accepted.sum(),
                rejected.sum(),
                failed.sum(),
                gpuSeconds.sum(),
                gpuSecondsThere);
    }

    /**
     * What the tasks of one executor, or of all, have done so far; failed attempts included.
     *
     * @param steps of training
     * @param pairs generated, good or not
     * @param accepted of them in tasks that have ended
     * @param rejected of them in tasks that have ended
     * @param failed pairs that tasks were to make and did not
     * @param gpuSeconds for which tasks held a GPU
     * @param gpuSecondsThere for which there were GPUs, held or not
     */
    record Done(
            long steps,
            long pairs,
            long accepted,
            long rejected,
            long failed,
            double gpuSeconds,
            double gpuSecondsThere)
            implements Serializable {

        static final Done NOTHING = new Done(0, 0, 0, 0, 0, 0, 0);

        Done plus(Done other) {
            return with(other, Double::sum);
        }

        Done minus(Done other) {
            return with(other, (mine, others) -> mine - others);
        }

        /** The greater number of each kind. */
        Done atLeast(Done other) {
            return with(other, Math::max);
        }

        /** Counts are far from where a double would round them. */
        private Done with(Done other, DoubleBinaryOperator joined) {
            return new Done(
                    (long) joined.applyAsDouble(steps, other.steps),
                    (long) joined.applyAsDouble(pairs, other.pairs),
                    (long) joined.applyAsDouble(accepted, other.accepted),
                    (long) joined.applyAsDouble(rejected, other.rejected),
                    (long) joined.applyAsDouble(failed, other.failed),
                    joined.applyAsDouble(gpuSeconds, other.gpuSeconds),
                    joined.applyAsDouble(gpuSecondsThere, other.gpuSecondsThere));
        }

        /** A task may hold a part of a GPU. */
        double gpuSecondsIdle() {
            return Math.max(0, gpuSecondsThere - gpuSeconds);
        }
    }
}
