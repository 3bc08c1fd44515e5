package org.dualanodiff.jobs.run;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Locale;
import org.dualanodiff.pipeline.export.ExportPlan;
import org.dualanodiff.pipeline.export.ExportResult;

/**
 * The last line of an export on standard output.
 *
 * @param status {@code complete}, or {@code partial}: run it again and it goes on
 * @param pairs in the export now
 * @param resumed parts that an earlier attempt had written
 * @param errors of the parts that failed
 */
public record ExportSummary(
        String status,
        String format,
        String source,
        String out,
        int pairs,
        int goodImages,
        int parts,
        int resumed,
        List<String> errors) {

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .create();

    static ExportSummary of(ExportPlan plan, String out, List<ExportResult> results) {
        List<String> errors = results.stream()
                .filter(result -> !result.succeeded())
                .map(ExportResult::error)
                .toList();
        return new ExportSummary(
                errors.isEmpty() ? "complete" : "partial",
                plan.format().name().toLowerCase(Locale.ROOT),
                plan.source(),
                out,
                results.stream().mapToInt(ExportResult::pairs).sum(),
                results.stream().mapToInt(ExportResult::goodImages).sum(),
                results.size(),
                (int) results.stream().filter(ExportResult::resumed).count(),
                errors);
    }

    /** Whether some parts are missing. */
    public boolean partial() {
        return !errors.isEmpty();
    }

    /** One line of JSON. */
    public String json() {
        return GSON.toJson(this);
    }
}
