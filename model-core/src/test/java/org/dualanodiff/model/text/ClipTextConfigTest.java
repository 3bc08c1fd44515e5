package org.dualanodiff.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonParser;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.junit.jupiter.api.Test;

class ClipTextConfigTest {
    @Test
    void config_ofEmptyObject_hasTheDefaultsOfTransformers() {
        assertThat(parse("{}")).isEqualTo(new ClipTextConfig(49408, 512, 2048, 12, 8, 77, 1e-5, "quick_gelu"));
    }

    @Test
    void config_withEveryKey_isReadFromIt() {
        String json = """
                {"model_type": "clip_text_model", "vocab_size": 514, "hidden_size": 48, "intermediate_size": 96,
                 "num_hidden_layers": 3, "num_attention_heads": 4, "max_position_embeddings": 20,
                 "layer_norm_eps": 1e-6, "hidden_act": "gelu"}""";

        assertThat(parse(json)).isEqualTo(new ClipTextConfig(514, 48, 96, 3, 4, 20, 1e-6, "gelu"));
    }

    @Test
    void config_withUnsupportedValues_namesThemAll() {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(
                        () -> parse("{\"model_type\": \"t5\", \"hidden_act\": \"relu\", \"num_attention_heads\": 7}"))
                .withMessageContainingAll(
                        "text_encoder/config.json",
                        "model_type: supported is one of [clip_text_model], found \"t5\"",
                        "hidden_act: supported is one of [quick_gelu, gelu], found \"relu\"",
                        "hidden_size: 512 is not a multiple of num_attention_heads 7");
    }

    private static ClipTextConfig parse(String json) {
        return ClipTextConfig.fromJson(JsonParser.parseString(json).getAsJsonObject(), "text_encoder/config.json");
    }
}
