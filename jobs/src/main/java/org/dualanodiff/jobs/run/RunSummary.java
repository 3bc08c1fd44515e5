package org.dualanodiff.jobs.run;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.Locale;
import java.util.Map;
import org.dualanodiff.pipeline.plan.Estimate;

/**
 * The last line of a run on standard output: what happened, for the program that started it.
 *
 * @param status {@code complete}, {@code partial} or {@code planned}
 * @param trained adapters trained now
 * @param reused adapters that the store had
 * @param existing samples that the run had before
 * @param generated samples made now, rejected ones included
 * @param failed samples asked for that were not made
 * @param quarantined input files set aside
 * @param stepsPerSecond training steps a second of task time; absent if none was made
 * @param pairsPerSecond pairs a second of task time; absent if none was made
 * @param gpuSeconds for which tasks that succeeded held GPUs
 * @param estimate what the planned work is going to take; absent unless it was only planned
 * @param rejections how many of the run's samples were rejected for each reason, those made earlier included
 * @param manifest its address; absent when nothing was written
 */
public record RunSummary(
        String runId,
        String status,
        int trained,
        int reused,
        int existing,
        int generated,
        int accepted,
        int rejected,
        int failed,
        int failedUnits,
        int quarantined,
        double seconds,
        Double stepsPerSecond,
        Double pairsPerSecond,
        double gpuSeconds,
        Estimate estimate,
        Map<String, Integer> rejections,
        String manifest) {

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .create();

    /** Whether some units failed. */
    public boolean partial() {
        return status.equals("partial");
    }

    /** The same for people. */
    public String sentence() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: %d adapters trained, %d reused; %d pairs generated (%d accepted, %d rejected), %d there before",
                status,
                trained,
                reused,
                generated,
                accepted,
                rejected,
                existing));
        if (!rejections.isEmpty()) {
            text.append("; rejected in all for ").append(UnitReport.reasons(rejections));
        }
        if (failed > 0 || failedUnits > 0) {
            text.append(String.format(Locale.ROOT, "; %d units not complete, %d pairs failed", failedUnits, failed));
        }
        if (stepsPerSecond != null) {
            text.append(String.format(Locale.ROOT, "; %.2f steps/s a task", stepsPerSecond));
        }
        if (pairsPerSecond != null) {
            text.append(String.format(Locale.ROOT, "; %.2f pairs/s a task", pairsPerSecond));
        }
        return text.append(String.format(Locale.ROOT, "; %.0f s", seconds)).toString();
    }

    /** One line of JSON. */
    public String json() {
        return GSON.toJson(this);
    }
}
