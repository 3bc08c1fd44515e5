package org.dualanodiff.jobs.spark;

import org.slf4j.MDC;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;

/** What Spark's UI, event log and progress call the jobs that follow. */
public final class JobText {

    /** Local property of Spark that carries what a thread's jobs are for. */
    public static final String UNIT = "dualanodiff.unit";

    private static final int NAMED = 4;

    private JobText() {}

    /**
     * @param step of the run, the job group's name, such as {@code train}
     * @param text for people
     */
    public static void set(JavaSparkContext spark, String step, String text) {
        spark.setJobGroup(step, text, true);
    }

    /** {@code cloth/hole, cloth/stain and 3 more}: what they are called, each once. */
    public static String named(Stream<?> things) {
        List<String> names = things.map(Object::toString).distinct().toList();
        String first = names.stream().limit(NAMED).collect(Collectors.joining(", "));
        int more = names.size() - NAMED;
        return more > 0 ? "%s and %d more".formatted(first, more) : first;
    }

    /** Puts the run's name into the log lines of the driver and of all tasks that it starts, until closed. */
    public static final class RunName implements AutoCloseable {

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
}
