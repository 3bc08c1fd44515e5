package org.dualanodiff.jobs.spark;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.dualanodiff.pipeline.plan.UnitKey;

/** What Spark's UI, event log and progress call the jobs that follow. */
final class JobText {

    private static final int UNITS_NAMED = 4;

    private JobText() {}

    /**
     * @param step of the run, the job group's name, such as {@code train}
     * @param text for people
     */
    static void set(JavaSparkContext spark, String step, String text) {
        spark.setJobGroup(step, text, true);
    }

    /** {@code cloth/hole, cloth/stain and 3 more}. */
    static String units(Stream<UnitKey> units) {
        List<String> names = units.map(UnitKey::toString).distinct().toList();
        String named = names.stream().limit(UNITS_NAMED).collect(Collectors.joining(", "));
        int more = names.size() - UNITS_NAMED;
        return more > 0 ? "%s and %d more".formatted(named, more) : named;
    }
}
