package org.dualanodiff.jobs.spark;

import java.nio.file.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.JavaSparkContext;
import org.dualanodiff.jobs.metrics.RunMetricsPlugin;
import org.dualanodiff.jobs.metrics.WorkCounters;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerationListener;
import org.slf4j.MDC;

/** What is seen of a running task from outside: its run and unit in log lines, its part in the metrics, its times. */
public final class TaskWatch implements AutoCloseable {

    /** Local property of Spark that carries the run's name to its tasks. */
    private static final String RUN = "dualanodiff.run";

    /** The run's name in the log. */
    private static final String RUN_KEY = "run_id";

    private static final String UNIT_KEY = "unit";

    /** Has a training go where its executor is leaving: stop with a checkpoint, which another executor takes up at once. */
    private static final TrainingListener LEAVING = new TrainingListener() {
        @Override
        public void afterStep(int step, int steps, double loss) {}

        @Override
        public boolean wantsCheckpoint(int step) {
            return RunMetricsPlugin.isLeaving();
        }

        @Override
        public void afterCheckpoint(int step, Path state) {
            if (RunMetricsPlugin.isLeaving()) {
                // Which Spark does not count among the task's failures.
                throw new TaskKilledException(
                        "the machine of this executor is going to be taken away; the training goes on elsewhere from its checkpoint of step "
                                + step);
            }
        }
    };

    private final WorkCounters counters = WorkCounters.ofThisJvm();
    private final Stopwatch watch = Stopwatch.start();
    private final double queued;
    private final boolean holdsGpu;
    private double loaded;
    private double counted;

    /** A name in the log until it is closed. */
    @FunctionalInterface
    public interface Named extends AutoCloseable {
        @Override
        void close();
    }

    /** Puts a run's name into the log lines of the driver and of all tasks that this thread starts. */
    public static Named nameRun(JavaSparkContext spark, String runId) {
        MDC.put(RUN_KEY, runId);
        spark.setLocalProperty(RUN, runId);
        return () -> {
            spark.setLocalProperty(RUN, null);
            MDC.remove(RUN_KEY);
        };
    }

    private TaskWatch(double queued, boolean holdsGpu) {
        this.queued = queued;
        this.holdsGpu = holdsGpu;
    }

    /** As {@link #start(String, long)}, where nobody asks how long it waited. */
    public static TaskWatch start(String unit) {
        return start(unit, System.currentTimeMillis());
    }

    /**
     * @param unit such as {@code hazelnut/crack}
     * @param submitted when the driver handed the work to Spark, in milliseconds since 1970 by the driver's clock
     */
    static TaskWatch start(String unit, long submitted) {
        TaskContext task = TaskContext.get();
        String run = task.getLocalProperty(RUN);
        if (run != null) {
            MDC.put(RUN_KEY, run);
        }
        MDC.put(UNIT_KEY, unit);
        // Clocks of two machines may differ by more than the wait.
        double queued = Math.max(0, (System.currentTimeMillis() - submitted) / 1000.0);
        return new TaskWatch(queued, GpuTask.isHeld());
    }

    /** To be called when the base model, and the adapter if there is one, are there. */
    void loaded() {
        loaded = watch.seconds();
    }

    public double seconds() {
        return watch.seconds();
    }

    /** The times of the work itself with those around it. */
    TaskTimes times(TaskTimes work) {
        return work.within(queued, loaded, holdsGpu);
    }

    public TrainingListener counting(TrainingListener next) {
        TrainingListener counted = (step, steps, loss) -> {
            counters.step();
            countGpu();
        };
        return counted.then(next).then(LEAVING);
    }

    GenerationListener counting(GenerationListener next) {
        return (done, total) -> {
            counters.pair();
            countGpu();
            next.afterPair(done, total);
        };
    }

    private void countGpu() {
        double now = watch.seconds();
        if (holdsGpu) {
            counters.heldGpu(now - counted);
        }
        counted = now;
    }

    @Override
    public void close() {
        countGpu();
        MDC.remove(UNIT_KEY);
        MDC.remove(RUN_KEY);
    }
}
