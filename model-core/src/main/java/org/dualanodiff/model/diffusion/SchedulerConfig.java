package org.dualanodiff.model.diffusion;

import com.google.gson.JsonObject;
import java.util.List;
import org.dualanodiff.model.checkpoint.ConfigReader;

/**
 * The noise schedule of a model, as in the {@code scheduler/scheduler_config.json} of diffusers. The file also names a sampler
 * and its timesteps; here the settings of generation say these.
 *
 * @param betaStart variance of the first step
 * @param betaEnd variance of the last step
 * @param betaSchedule {@code linear}, or {@code scaled_linear}: linear in the square root of beta
 * @param numTrainTimesteps steps of the forward process
 * @param stepsOffset what is added to the inference timesteps
 * @param setAlphaToOne whether the step after the last one has no noise, rather than that of timestep 0
 * @param predictionType {@code epsilon} or {@code v_prediction}
 */
public record SchedulerConfig(
        double betaStart,
        double betaEnd,
        String betaSchedule,
        int numTrainTimesteps,
        int stepsOffset,
        boolean setAlphaToOne,
        String predictionType) {

    /**
     * Reads a configuration; an absent key has the default that diffusers gives the class named in the file.
     *
     * @param source the file's name for messages
     * @throws org.dualanodiff.model.checkpoint.CheckpointException naming every key whose value is not supported
     */
    public static SchedulerConfig fromJson(JsonObject json, String source) {
        ConfigReader config = new ConfigReader(json, source);
        config.unsupported("trained_betas", "clip_sample", "thresholding", "rescale_betas_zero_snr");
        SchedulerConfig result = read(config);
        config.require(
                0 < result.betaStart && result.betaStart <= result.betaEnd && result.betaEnd < 1,
                "beta_start and beta_end: must be 0 < beta_start <= beta_end < 1, found %s and %s",
                result.betaStart,
                result.betaEnd);
        config.throwIfInvalid();
        return result;
    }

    private static SchedulerConfig read(ConfigReader config) {
        boolean ddim = config.text("_class_name", "").equals("DDIMScheduler");
        return new SchedulerConfig(
                config.number("beta_start", 0.0001),
                config.number("beta_end", 0.02),
                config.oneOf("beta_schedule", "linear", List.of("linear", "scaled_linear")),
                config.positive("num_train_timesteps", 1000),
                config.nonNegative("steps_offset", 0),
                config.flag("set_alpha_to_one", ddim),
                config.oneOf("prediction_type", "epsilon", List.of("epsilon", "v_prediction")));
    }
}
