package org.dualanodiff.pipeline.evaluate;

import java.nio.charset.StandardCharsets;
import java.util.List;
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

    /** Where a run's figures lie. */
    public static String report(String runId) {
        return key(runId, "evaluation.json");
    }

    /** Writes everything, the figures last. Returns their address. */
    public String write(EvaluationReport report, List<ArmResult> results) {
        for (ArmResult result : results) {
            if (result.sheet() != null) {
                String name = "cases-%s-%s.png".formatted(result.category(), result.arm());
                store.write(key(report.runId(), PathSegment.escape(name)), result.sheet());
            }
        }
        String table = String.join("\n", EvaluationTable.lines(report)) + "\n";
        store.write(key(report.runId(), "table.txt"), table.getBytes(StandardCharsets.UTF_8));
        store.write(report(report.runId()), Json.bytes(report));
        return store.uri(report(report.runId()));
    }

    private static String key(String runId, String file) {
        return FOLDER + "/" + PathSegment.escape(runId) + "/" + file;
    }
}
