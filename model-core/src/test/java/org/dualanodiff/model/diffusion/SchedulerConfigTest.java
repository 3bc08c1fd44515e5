package org.dualanodiff.model.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonParser;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulerConfigTest {
    @ParameterizedTest
    @CsvSource({"PNDMScheduler,false", "DDIMScheduler,true", "DPMSolverMultistepScheduler,false"})
    void config_withClassNameOnly_hasTheDefaultsOfThatClass(String name, boolean alphaToOne) {
        assertThat(parse("{\"_class_name\": \"" + name + "\"}"))
                .isEqualTo(new SchedulerConfig(0.0001, 0.02, "linear", 1000, 0, alphaToOne, "epsilon"));
    }

    @Test
    void config_withEveryKey_isReadFromIt() {
        String json = """
                {"_class_name": "PNDMScheduler", "beta_start": 0.00085, "beta_end": 0.012,
                 "beta_schedule": "scaled_linear", "num_train_timesteps": 500, "steps_offset": 1,
                 "set_alpha_to_one": true, "skip_prk_steps": true, "prediction_type": "v_prediction",
                 "timestep_spacing": "trailing", "trained_betas": null, "clip_sample": false}""";

        assertThat(parse(json))
                .isEqualTo(new SchedulerConfig(0.00085, 0.012, "scaled_linear", 500, 1, true, "v_prediction"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'prediction_type':'sample' | prediction_type: supported is one of [epsilon, v_prediction], found \"sample\"",
                "'beta_schedule':'squaredcos_cap_v2' | beta_schedule: supported is one of [linear, scaled_linear]",
                "'trained_betas':[0.1] | trained_betas",
                "'clip_sample':true | clip_sample",
                "'beta_start':0.5 | must be 0 < beta_start <= beta_end < 1, found 0.5 and 0.02",
            })
    void config_withUnsupportedValue_namesFileAndKey(String entry, String problem) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> parse("{" + entry.replace('\'', '"') + "}"))
                .withMessageContainingAll("scheduler_config.json", problem);
    }

    private static SchedulerConfig parse(String json) {
        return SchedulerConfig.fromJson(JsonParser.parseString(json).getAsJsonObject(), "scheduler_config.json");
    }
}
