package org.dualanodiff.jobs.run;

import org.dualanodiff.jobs.spark.NativeTask;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a command ended, in the store: {@code result.json} for those who see neither its exit code nor its output, as in
 * Spark's cluster mode, and where each of its tasks worked. To be written under the run's lease only.
 */
final class RunOutcome {

    private static final Logger LOG = LoggerFactory.getLogger(RunOutcome.class);

    private final ObjectStore store;
    private final String runId;
    private final Instant started;

    private RunOutcome(ObjectStore store, String runId, Instant started) {
        this.store = store;
        this.runId = runId;
        this.started = started;
    }

    /** Says that a command is under way; what the one before left is gone. */
    static RunOutcome begin(ObjectStore store, String runId, Instant started) {
        RunOutcome outcome = new RunOutcome(store, runId, started);
        outcome.write(outcome.result("running"));
        return outcome;
    }

    /** The last line of the command's output, with its times. */
    void ended(RunReport.Summary summary, List<NativeTask.Record> tasks) {
        JsonObject result = JsonParser.parseString(summary.json()).getAsJsonObject();
        result.addProperty("started_at", started.toString());
        result.addProperty("finished_at", Instant.now().toString());
        write(tasks);
        write(result);
    }

    /** The store may be what failed; then nothing more can be said there. */
    void failed(Exception failure, List<NativeTask.Record> tasks) {
        JsonObject result = result("failed");
        result.addProperty("error", String.valueOf(failure.getMessage()));
        result.addProperty("finished_at", Instant.now().toString());
        try {
            write(tasks);
            write(result);
        } catch (StoreException e) {
            LOG.warn("the result of this command was not written: {}", e.getMessage());
        }
    }

    private JsonObject result(String status) {
        JsonObject result = new JsonObject();
        result.addProperty("run_id", runId);
        result.addProperty("status", status);
        result.addProperty("started_at", started.toString());
        return result;
    }

    private void write(JsonObject result) {
        store.write(StoreLayout.result(runId), (result + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void write(List<NativeTask.Record> tasks) {
        if (!tasks.isEmpty()) {
            store.write(StoreLayout.tasks(runId, started), Json.bytes(Map.of("tasks", tasks)));
        }
    }
}
