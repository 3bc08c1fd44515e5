package org.dualanodiff.model.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.Device;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UNetConfigTest {
    @Test
    void config_ofEmptyObject_hasTheDefaultsOfDiffusers() {
        assertThat(parse("{}"))
                .isEqualTo(new UNetConfig(
                        64,
                        4,
                        4,
                        List.of(320, 640, 1280, 1280),
                        List.of(true, true, true, false),
                        List.of(false, true, true, true),
                        List.of(2, 2, 2, 2),
                        List.of(8, 8, 8, 8),
                        1,
                        1280,
                        false,
                        32,
                        1e-5,
                        1,
                        1,
                        true,
                        0));
    }

    @Test
    void config_withEveryKey_isReadFromIt() {
        UNetConfig config = parse("""
                {"sample_size": 16, "in_channels": 9, "out_channels": 8, "block_out_channels": [32, 64],
                 "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
                 "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"], "layers_per_block": [1, 3],
                 "attention_head_dim": [2, 4], "only_cross_attention": [false, false],
                 "transformer_layers_per_block": 2,
                 "cross_attention_dim": 48, "use_linear_projection": true, "upcast_attention": true,
                 "norm_num_groups": 8, "norm_eps": 1e-6, "downsample_padding": 0, "mid_block_scale_factor": 1.5,
                 "flip_sin_to_cos": false, "freq_shift": 1}""");

        assertThat(config)
                .isEqualTo(new UNetConfig(
                        16,
                        9,
                        8,
                        List.of(32, 64),
                        List.of(false, true),
                        List.of(true, false),
                        List.of(1, 3),
                        List.of(2, 4),
                        2,
                        48,
                        true,
                        8,
                        1e-6,
                        0,
                        1.5,
                        false,
                        1));
        assertThat(config.timeEmbeddingDim()).isEqualTo(128);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'act_fn':'gelu' | act_fn: supported is one of [silu, swish], found \"gelu\"",
                "'class_embed_type':'timestep' | class_embed_type: supported is only null or false",
                "'dual_cross_attention':true | dual_cross_attention: supported is only null or false, found true",
                "'resnet_time_scale_shift':'scale_shift' | resnet_time_scale_shift: supported is one of [default]",
                "'addition_embed_type':'text_time' | addition_embed_type",
                "'only_cross_attention':[false,true,false,false] | only_cross_attention: supported is only false",
                "'transformer_layers_per_block':[1,2,10] | transformer_layers_per_block: supported is an integer of 1 to 256",
                "'mid_block_type':'UNetMidBlock2D' | mid_block_type: supported is one of [UNetMidBlock2DCrossAttn]",
                "'mid_block_type':null | mid_block_type: models without a middle block are not supported, found null",
                "'down_block_types':['AttnDownBlock2D'] | down_block_types: supported is a list out of",
                "'down_block_types':['DownBlock2D'] | one entry for each of the 4 block_out_channels, found 1 and 4",
                "'attention_head_dim':[5,10,20] | attention_head_dim: supported is an integer of 1 to 1048576, or a list of 4",
                "'attention_head_dim':7 | 320 is not a multiple of the number of heads (attention_head_dim) 7",
                "'norm_num_groups':33 | 320 is not a multiple of norm_num_groups 33",
                "'cross_attention_dim':0 | cross_attention_dim: supported is an integer of 1 to 1048576, found 0",
                "'in_channels':'4' | in_channels: supported is an integer of 1 to 1048576, found \"4\"",
                "'conv_in_kernel':5 | conv_in_kernel: supported is only 3",
            })
    void config_withUnsupportedValue_namesFileKeySupportedAndFound(String entry, String problem) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> parse("{" + entry.replace('\'', '"') + "}"))
                .withMessageContainingAll("unet/config.json", problem);
    }

    @Test
    void config_withSeveralProblems_namesThemAll() {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> parse("{\"act_fn\": \"mish\", \"norm_eps\": true, \"freq_shift\": []}"))
                .withMessageContainingAll("act_fn", "norm_eps", "freq_shift");
    }

    /** Diffusers pads a row below and a column to the right then. */
    @Test
    void unet_withDownsamplePadding0_stillHalvesHeightAndWidth() {
        JsonObject json = Golden.json("tiny-sd/unet/config.json");
        json.addProperty("downsample_padding", 0);
        GoldenTensors golden = Golden.tensors("unet.safetensors");
        Map<String, long[]> sizes = new HashMap<>();
        try (Weights weights = Weights.of(Golden.model().unetWeights(), Device.cpu(), Precision.FP32);
                GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            UNet.load(UNetConfig.fromJson(json, "test"), weights)
                    .forward(
                            golden.tensor("a.sample"),
                            golden.longTensor("a.timesteps"),
                            golden.tensor("a.encoder_hidden_states"),
                            AttentionProcessor.PLAIN,
                            (name, features) -> sizes.put(name, UNet.size(features)));
        }
        long[] whole = golden.shape("a.sample");
        assertThat(sizes.get("down_block.0.downsample")).containsExactly(whole[2] / 2, whole[3] / 2);
    }

    private static UNetConfig parse(String json) {
        return UNetConfig.fromJson(JsonParser.parseString(json).getAsJsonObject(), "unet/config.json");
    }
}
