package org.dualanodiff.pipeline.evaluate;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;

/**
 * The files of an evaluation in the store, over those of an earlier one of the same run:
 *
 * <pre>evaluations/RUN/{evaluation.json, table.txt, cases-CATEGORY-ARM.png}</pre>
 */
public final class EvaluationFiles {

    private static final String FOLDER = "evaluations";

    private final ObjectStore store;

    public EvaluationFiles(ObjectStore store) {
        this.store = store;
    }

    /** Where a run's metrics lie. */
    public static String report(String runId) {
        return key(runId, "evaluation.json");
    }

    /** Writes everything, the metrics last. Returns their address. */
    public String write(EvaluationReport report, List<EvaluateArm.Result> results) {
        for (EvaluateArm.Result result : results) {
            if (result.sheet() != null) {
                store.write(
                        sheet(
                                report.runId(),
                                result.category(),
                                result.measured().arm()),
                        result.sheet());
            }
        }
        String table = String.join("\n", EvaluationTable.lines(report)) + "\n";
        store.write(key(report.runId(), "table.txt"), table.getBytes(StandardCharsets.UTF_8));
        store.write(report(report.runId()), Json.record(report));
        return store.uri(report(report.runId()));
    }

    /** The last evaluation of a run, if there was one. */
    public Optional<Found> find(String runId) {
        return store.find(report(runId), EvaluationReport.class).map(report -> new Found(report, sheets(report)));
    }

    private Map<String, byte[]> sheets(EvaluationReport report) {
        Map<String, byte[]> sheets = new LinkedHashMap<>();
        for (EvaluationReport.Category category : report.categories()) {
            for (ArmSummary arm : category.arms()) {
                store.find(sheet(report.runId(), category.category(), arm.arm()))
                        .ifPresent(png -> sheets.put(category.category() + ", " + arm.arm(), png));
            }
        }
        return sheets;
    }

    /** An arm of many runs has a longer name than a file may have. */
    private static String sheet(String runId, String category, String arm) {
        String name = "cases-%s-%s.png".formatted(category, arm);
        if (PathSegment.complaint(name).isPresent()) {
            Fingerprint digits = Fingerprint.ofBytes(name.getBytes(StandardCharsets.UTF_8));
            name = "cases-%s.png".formatted(digits.shortHex());
        }
        return key(runId, PathSegment.escape(name));
    }

    private static String key(String runId, String file) {
        return FOLDER + "/" + PathSegment.escape(runId) + "/" + file;
    }

    /**
     * An evaluation with its pictures.
     *
     * @param sheets by {@code CATEGORY, ARM}: PNG of the test images whose defects were located best and worst
     */
    public record Found(EvaluationReport report, Map<String, byte[]> sheets) {

        public Found {
            sheets = Collections.unmodifiableMap(new LinkedHashMap<>(sheets));
        }
    }
}
