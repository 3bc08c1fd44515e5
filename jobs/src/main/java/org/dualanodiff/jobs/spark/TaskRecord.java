package org.dualanodiff.jobs.spark;

import java.io.Serializable;
import java.time.Instant;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * Where and when a task worked on a unit.
 *
 * @param work {@code train} or {@code generate}
 * @param unit such as {@code hazelnut/crack}
 * @param executor Spark's name of the JVM
 * @param host of the executor
 * @param gpu the address that Spark gave the task, or null if it gave none; the device computed on may be another, as
 *     {@code compute.device} says
 * @param attempt 0 for the first
 */
public record TaskRecord(
        String work,
        String unit,
        String executor,
        String host,
        String gpu,
        int attempt,
        Instant startedAt,
        Instant finishedAt)
        implements Serializable {

    /** Of a task that ends now. */
    static TaskRecord of(TaskContext task, String work, String unit, Instant started) {
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
}
