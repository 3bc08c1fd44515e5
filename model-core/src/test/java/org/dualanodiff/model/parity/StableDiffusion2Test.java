package org.dualanodiff.model.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dualanodiff.model.golden.Closeness.assertClose;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.diffusion.DdimSampler;
import org.dualanodiff.model.diffusion.DpmSolverSampler;
import org.dualanodiff.model.diffusion.NoiseSchedule;
import org.dualanodiff.model.diffusion.Sampler;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.diffusion.Sampler.StepListener;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.text.ClipTextEncoder.ProjectionAdapter;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A base of Stable Diffusion 2.x's kind against diffusers; {@code make_sd2_golden.py} made model and numbers. */
class StableDiffusion2Test {
    private static final double TOLERANCE = 1e-5;
    private static final Path FOLDER = Golden.resource("sd2");

    private static BaseModel base;

    private final GoldenTensors golden = GoldenTensors.open(FOLDER.resolve("numbers.safetensors"));
    private final JsonObject settings = ConfigReader.readObject(FOLDER.resolve("numbers.json"));

    @BeforeAll
    static void load() {
        ModelFiles files = ModelFiles.open(FOLDER.resolve("model"));
        files.requireComplete();
        base = BaseModel.load(files, Compute.CPU);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void tokenizer_thatPadsWithAnExclamationMark_givesTheIdsOfTransformers() {
        try (TensorScope scope = TensorScope.open()) {
            assertThat(base.tokens(prompts()).toLongArray()).containsExactly(golden.longs("input_ids"));
        }
    }

    /** Padding differs from the end token here. */
    @Test
    void tokenCount_ofAPrompt_isThatOfItsWords() {
        long words = Arrays.stream(base.tokens(List.of("a crack")).toLongArray())
                .filter(id -> id != 0)
                .count();
        assertThat(base.tokenCount("a crack")).isEqualTo((int) words - 2);
        assertThat(base.tokenCount("")).isEqualTo(1);
    }

    @Test
    void textEncoder_ofOpenClip_givesTheStatesOfTransformers() {
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            assertClose("text states", states(prompts()), golden, "last_hidden_state", TOLERANCE);
        }
    }

    @Test
    void unet_withLinearProjectionsAndAListOfHeads_givesThePredictionOfDiffusers() {
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray prediction = base.unet()
                    .forward(
                            golden.tensor("latents"),
                            golden.longTensor("timesteps"),
                            states(prompts().subList(0, 2)),
                            AttentionProcessor.PLAIN);
            assertClose("prediction", prediction, golden, "prediction", TOLERANCE);
        }
    }

    @Test
    void schedule_thatPredictsVelocity_isTrainedToPredictThatOfDiffusers() {
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray target =
                    base.schedule().target(golden.tensor("latents"), golden.tensor("noise"), golden.ints("timesteps"));
            assertClose("velocity", target, golden, "velocity", TOLERANCE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "dpm"})
    void sampler_withGuidance_endsWhereThePipelineOfDiffusersEnds(String name) {
        Sampler sampler = name.equals("ddim")
                ? new DdimSampler(base.schedule())
                : new DpmSolverSampler(base.schedule(), false, false);
        int steps = settings.get("steps").getAsInt();
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            assertThat(sampler.timesteps(steps)).containsExactly(golden.ints(name + ".timesteps"));
            NDArray latents = sampler.sample(golden.tensor("noise"), steps, guided(), StepListener.NONE);
            assertClose("latents", latents, golden, name, 10 * TOLERANCE);
        }
    }

    /** {@code u + g (c - u)} in terms of noise. */
    private Denoiser guided() {
        List<String> prompts = prompts().subList(0, 2);
        NDArray conditional = states(prompts);
        NDArray unconditional = states(List.of("", ""));
        double scale = settings.get("guidance").getAsDouble();
        return (x, timestep) ->
                Operators.extrapolate(noise(x, timestep, unconditional), noise(x, timestep, conditional), scale);
    }

    private static NDArray noise(NDArray x, int timestep, NDArray states) {
        NDArray t = Tensors.of(new long[] {timestep}, Device.cpu(), 1);
        NoiseSchedule schedule = base.schedule();
        return schedule.toNoise(base.unet().forward(x, t, states, AttentionProcessor.PLAIN), x, timestep);
    }

    private static NDArray states(List<String> prompts) {
        return base.promptStates(base.tokens(prompts), ProjectionAdapter.NONE);
    }

    private List<String> prompts() {
        return StreamSupport.stream(settings.getAsJsonArray("prompts").spliterator(), false)
                .map(JsonElement::getAsString)
                .toList();
    }
}
