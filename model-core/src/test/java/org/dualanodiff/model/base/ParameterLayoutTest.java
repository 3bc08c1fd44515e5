package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dualanodiff.model.checkpoint.ParameterLayout;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.unet.UNetConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ParameterLayoutTest {
    @Tag("parity")
    @Test
    void layout_ofReferenceConfigs_hasNamesAndShapesOfReferenceFiles() {
        ModelDirectory model = Golden.model();

        assertThat(readable(model.unetConfig().parameters())).isEqualTo(readable(model.unetWeights()));
        assertThat(readable(model.vaeConfig().parameters())).isEqualTo(readable(model.vaeWeights()));
        assertThat(readable(model.textConfig().parameters())).isEqualTo(readable(model.textWeights()));
    }

    @Test
    void layout_ofStableDiffusion15_hasItsPublishedParameterCount() {
        JsonObject configs = RandomModel.Preset.SD15.configs();

        UNetConfig unet = UNetConfig.fromJson(configs.getAsJsonObject("unet"), "sd15");

        assertThat(elements(unet.parameters())).isEqualTo(859_520_964);
    }

    @Test
    void layout_ofLinearProjectionAndDeeperTransformers_hasTheirTensors() {
        UNetConfig config = UNetConfig.fromJson(JsonParser.parseString("""
                                {"use_linear_projection": true, "transformer_layers_per_block": 2,
                                 "cross_attention_dim": 768}""").getAsJsonObject(), "test");
        String first = "down_blocks.0.attentions.0.";

        Map<String, long[]> layout = config.parameters();

        assertThat(layout.get(first + "proj_in.weight")).containsExactly(320, 320);
        assertThat(layout.get(first + "transformer_blocks.1.attn1.to_k.weight")).containsExactly(320, 320);
        assertThat(layout.get(first + "transformer_blocks.1.attn2.to_k.weight")).containsExactly(320, 768);
    }

    @Test
    void numbers_beyond64Bits_areRefused() {
        long[] half = {1L << 32, 1L << 30};

        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> ParameterLayout.numbers(List.of(half, half)));
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> ParameterLayout.numbers(List.of(new long[] {1L << 32, 1L << 32})));
    }

    private static long elements(Map<String, long[]> layout) {
        return layout.values().stream()
                .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                .sum();
    }

    private static Map<String, String> readable(Map<String, long[]> layout) {
        Map<String, String> readable = new TreeMap<>();
        layout.forEach((name, shape) -> readable.put(name, Arrays.toString(shape)));
        return readable;
    }

    private static Map<String, String> readable(WeightSource weights) {
        Map<String, String> readable = new TreeMap<>();
        weights.names()
                .forEach(name -> readable.put(
                        name, Arrays.toString(weights.find(name).orElseThrow().shape())));
        return readable;
    }
}
