package org.dualanodiff.pipeline.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    private record Kept(String runId, double share, Optional<String> error) {}

    private static final Kept KEPT = new Kept("night", 0.25, Optional.empty());

    @Test
    void record_ofAnyValue_beginsWithItsFormat() {
        assertThat(new String(Json.record(KEPT), UTF_8))
                .isEqualTo("{\n  \"format\": 1,\n  \"run_id\": \"night\",\n  \"share\": 0.25,\n  \"error\": null\n}\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"run_id\": \"night\", \"share\": 0.25, \"error\": null}",
                "{\"format\": 1, \"run_id\": \"night\", \"share\": 0.25, \"error\": null}"
            })
    void parse_ofRecordOfThisFormatOrWithoutOne_readsIt(String json) {
        assertThat(Json.parse(json.getBytes(UTF_8), Kept.class, "kept.json")).isEqualTo(KEPT);
    }

    @Test
    void parse_ofRecordOfALaterFormat_asksForItsVersion() {
        byte[] later = "{\"format\": 2, \"run\": [\"night\"]}".getBytes(UTF_8);

        assertThatThrownBy(() -> Json.parse(later, Kept.class, "s3a://factory/kept.json"))
                .isInstanceOf(StoreException.class)
                .hasMessage("s3a://factory/kept.json has format 2, and this version reads format 1;"
                        + " use the version that wrote it");
    }
}
