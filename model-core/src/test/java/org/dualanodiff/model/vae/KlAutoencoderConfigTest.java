package org.dualanodiff.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonParser;
import java.util.List;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KlAutoencoderConfigTest {
    @Test
    void config_ofEmptyObject_hasTheDefaultsOfDiffusers() {
        assertThat(parse("{}")).isEqualTo(new KlAutoencoderConfig(3, 3, 4, List.of(64), 1, 32, 0.18215));
    }

    @Test
    void config_withEveryKey_isReadFromIt() {
        KlAutoencoderConfig config = parse("""
                {"in_channels": 1, "out_channels": 2, "latent_channels": 8, "block_out_channels": [16, 32],
                 "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"],
                 "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"],
                 "layers_per_block": 2, "norm_num_groups": 8, "sample_size": 128, "scaling_factor": 0.5}""");

        assertThat(config).isEqualTo(new KlAutoencoderConfig(1, 2, 8, List.of(16, 32), 2, 8, 0.5));
        assertThat(config.downsamplingFactor()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'act_fn':'relu' | act_fn",
                "'shift_factor':0.1 | shift_factor: supported is only null or false, found 0.1",
                "'use_quant_conv':false | use_quant_conv: supported is only true",
                "'scaling_factor':0 | scaling_factor: must be above 0",
                "'norm_num_groups':48 | 64 is not a multiple of norm_num_groups 48",
                "'block_out_channels':[64,64] | down_block_types: must have one entry for each of the 2 block_out_channels, found 1",
                "'_class_name':'VQModel' | _class_name: supported is one of [AutoencoderKL], found \"VQModel\"",
            })
    void config_withUnsupportedValue_namesFileAndKey(String entry, String problem) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> parse("{" + entry.replace('\'', '"') + "}"))
                .withMessageContainingAll("vae/config.json", problem);
    }

    private static KlAutoencoderConfig parse(String json) {
        return KlAutoencoderConfig.fromJson(JsonParser.parseString(json).getAsJsonObject(), "vae/config.json");
    }
}
