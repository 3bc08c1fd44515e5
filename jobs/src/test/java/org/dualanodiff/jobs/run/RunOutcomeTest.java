package org.dualanodiff.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.dualanodiff.jobs.spark.NativeTask;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunOutcomeTest {

    private static final Instant STARTED = Instant.parse("2030-01-02T03:04:05.678Z");
    private static final NativeTask.Record TASK = new NativeTask.Record(
            "train", "cloth/hole", "1", "worker-7", "3", 0, STARTED.plusSeconds(1), STARTED.plusSeconds(9));

    @TempDir
    private Path folder;

    private ObjectStore store;

    @BeforeEach
    void openStore() {
        store = ObjectStore.open(folder.toString(), Map.of());
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void outcome_ofCommandUnderWay_saysThatItRuns() {
        RunReport.Outcome.begin(store, "night", STARTED);

        assertThat(result().get("status").getAsString()).isEqualTo("running");
        assertThat(result().get("started_at").getAsString()).isEqualTo("2030-01-02T03:04:05.678Z");
    }

    @Test
    void outcome_ofFailure_givesItsMessageAndTheTasksThatEnded() {
        RunReport.Outcome.begin(store, "night", STARTED).failed(new IllegalStateException("no room"), List.of(TASK));

        assertThat(result().get("status").getAsString()).isEqualTo("failed");
        assertThat(result().get("error").getAsString()).isEqualTo("no room");
        assertThat(json("runs/night/tasks/20300102T030405.678Z.json").toString())
                .contains("\"unit\":\"cloth/hole\"", "\"host\":\"worker-7\"", "\"gpu\":\"3\"");
    }

    @Test
    void outcome_ofCommandThatEnded_isItsLastLineWithTimes() {
        RunReport.Outcome.begin(store, "night", STARTED).ended(partial(), List.of());

        assertThat(result().get("status").getAsString()).isEqualTo("partial");
        assertThat(result().get("failed_units").getAsInt()).isEqualTo(1);
        assertThat(result().has("finished_at")).isTrue();
        assertThat(store.list(StoreLayout.tasks("night"))).isEmpty();
    }

    private static RunReport.Summary partial() {
        return new RunReport.Summary(
                "night", "partial", 1, 2, 0, 20, 20, 0, 10, 1, 0, 3.5, null, 2.0, 0, null, Map.of(), "file:/manifest");
    }

    private JsonObject result() {
        return json("runs/night/result.json");
    }

    private JsonObject json(String key) {
        return JsonParser.parseString(new String(store.read(key), StandardCharsets.UTF_8))
                .getAsJsonObject();
    }
}
