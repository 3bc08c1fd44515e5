package org.dualanodiff.jobs.run;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;

/**
 * The last line of an evaluation on standard output, for the program that started it.
 *
 * @param status {@code complete}, {@code partial} if a detector or a measurement failed, or {@code worse} if a category
 *     lost more than is allowed
 * @param detectors trained and tested
 * @param reused those of them that an earlier evaluation had trained
 * @param failed detectors and measurements that were not made
 * @param verdicts in words
 * @param report address of the figures
 */
public record EvaluationSummary(
        String runId,
        String status,
        int detectors,
        int reused,
        int failed,
        List<String> verdicts,
        double seconds,
        String report) {

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .create();

    /** Whether a scheduler should go no further with this run. */
    public boolean partial() {
        return !status.equals("complete");
    }

    /** One line of JSON. */
    public String json() {
        return GSON.toJson(this);
    }
}
