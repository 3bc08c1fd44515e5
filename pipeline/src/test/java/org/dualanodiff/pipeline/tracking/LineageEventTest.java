package org.dualanodiff.pipeline.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineageEventTest {

    private static final Instant STARTED = Instant.parse("2030-01-02T03:04:05Z");

    @TempDir
    private Path folder;

    @Test
    void event_ofPlacesOfAllKinds_namesThemAsOpenLineageDoes() {
        JsonArray inputs = event(
                        List.of("s3a://factory/images/line 1", "hdfs://names:8020/sd15", "gs://b/x", "builtin:small"))
                .getAsJsonArray("inputs");

        assertThat(inputs.asList().stream().map(Object::toString))
                .containsExactly(
                        "{\"namespace\":\"s3://factory\",\"name\":\"images/line 1\"}",
                        "{\"namespace\":\"hdfs://names:8020\",\"name\":\"/sd15\"}",
                        "{\"namespace\":\"gs://b\",\"name\":\"x\"}",
                        "{\"namespace\":\"dualanodiff\",\"name\":\"builtin:small\"}");
    }

    @Test
    void event_ofADefaultFileSystemAndOfWholeBuckets_takesThemForNoLocalFiles() {
        JsonArray inputs = event(List.of("hdfs:///sd15", "s3a://factory", "hdfs://names:8020", "file:///data/x"))
                .getAsJsonArray("inputs");

        assertThat(inputs.asList().stream().map(Object::toString))
                .containsExactly(
                        "{\"namespace\":\"hdfs://\",\"name\":\"/sd15\"}",
                        "{\"namespace\":\"s3://factory\",\"name\":\"/\"}",
                        "{\"namespace\":\"hdfs://names:8020\",\"name\":\"/\"}",
                        "{\"namespace\":\"file\",\"name\":\"/data/x\"}");
    }

    @Test
    void event_writtenAgain_isTheSameRunOfOpenLineage() {
        assertThat(event(List.of()).getAsJsonObject("run"))
                .isEqualTo(event(List.of()).getAsJsonObject("run"));
    }

    private JsonObject event(List<String> inputs) {
        RunManifest manifest =
                RunManifest.of("night", STARTED, STARTED.plusSeconds(60), Map.of(), List.of(), List.of(), Map.of());
        try (ObjectStore store = ObjectStore.open(folder.toString(), Map.of())) {
            new LineageEvent("factory", manifest, inputs).write(store);
            return JsonParser.parseString(new String(store.read("runs/night/lineage.json"), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }
}
