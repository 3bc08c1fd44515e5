package org.dualanodiff.jobs.spark;

import java.io.Serializable;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Where and when the tasks of a run worked; gathered on the driver as they end. An attempt that Spark repeats leaves no
 * record, since its results do not count either.
 */
public final class TaskLog implements Serializable {

    private final CollectionAccumulator<TaskRecord> ended;

    private TaskLog(CollectionAccumulator<TaskRecord> ended) {
        this.ended = ended;
    }

    /** A log of its own, known to Spark. */
    public static TaskLog of(SparkContext spark) {
        CollectionAccumulator<TaskRecord> ended = new CollectionAccumulator<>();
        spark.register(ended, "tasks");
        return new TaskLog(ended);
    }

    /** Notes from within a task that it works on a unit from now until it ends. */
    void begin(String work, String unit) {
        Instant started = Instant.now();
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener)
                task -> ended.add(record(task, work, unit, started)));
    }

    private static TaskRecord record(TaskContext task, String work, String unit, Instant started) {
        SparkEnv env = SparkEnv.get();
        return new TaskRecord(
                work,
                unit,
                env.executorId(),
                env.blockManager().blockManagerId().host(),
                GpuTask.address(task).orElse(null),
                task.attemptNumber(),
                started,
                Instant.now());
    }

    /** What has ended so far, in the order of beginning. */
    public List<TaskRecord> records() {
        return ended.value().stream()
                .sorted(Comparator.comparing(TaskRecord::startedAt))
                .toList();
    }
}
