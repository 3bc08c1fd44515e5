package org.dualanodiff.jobs.spark;

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
    static void set(JavaSparkContext spark, String step, String text) {
        spark.setJobGroup(step, text, true);
    }

    /** {@code cloth/hole, cloth/stain and 3 more}: what they are called, each once. */
    static String named(Stream<?> things) {
        List<String> names = things.map(Object::toString).distinct().toList();
        String first = names.stream().limit(NAMED).collect(Collectors.joining(", "));
        int more = names.size() - NAMED;
        return more > 0 ? "%s and %d more".formatted(first, more) : first;
    }
}
