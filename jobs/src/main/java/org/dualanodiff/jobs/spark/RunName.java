package org.dualanodiff.jobs.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.MDC;

/** Puts the run's name into the log lines of the driver and of all tasks that it starts, until closed. */
public final class RunName implements AutoCloseable {

    private final JavaSparkContext spark;

    private RunName(JavaSparkContext spark) {
        this.spark = spark;
    }

    public static RunName show(JavaSparkContext spark, String runId) {
        MDC.put(TaskWatch.RUN_KEY, runId);
        spark.setLocalProperty(TaskWatch.RUN, runId);
        return new RunName(spark);
    }

    @Override
    public void close() {
        spark.setLocalProperty(TaskWatch.RUN, null);
        MDC.remove(TaskWatch.RUN_KEY);
    }
}
