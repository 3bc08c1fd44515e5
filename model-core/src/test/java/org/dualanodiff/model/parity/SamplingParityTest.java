package org.dualanodiff.model.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dualanodiff.model.golden.Closeness.assertClose;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.diffusion.PndmSampler;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundFeatures;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualUNet;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.MergedDualUNet;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.dual.PairDenoiser;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.sampling.GuidedDenoiser;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guided sampling of the dual model against the released pipeline. */
@Tag("parity")
class SamplingParityTest {

    private static final double LATENTS = 5e-4;
    private static final double IMAGES = 1e-4;
    private static final double FORWARD = 1e-5;

    private static final BaseModel BASE = Golden.base();
    private final GoldenTensors golden = Golden.tensors("dual/sample.safetensors");
    private final JsonObject settings = Golden.json("dual/config.json").getAsJsonObject("sample");

    @ParameterizedTest
    @CsvSource({"single, false", "pair2, false", "single, true", "pair2, true"})
    void sampler_withGuidance_followsReleasedLatents(String name, boolean merged) {
        double scale = settings.get("guidance_scale").getAsDouble();
        int steps = settings.get("num_inference_steps").getAsInt();
        PndmSampler sampler = new PndmSampler(BASE.schedule());
        assertThat(sampler.timesteps(steps)).isEqualTo(golden.ints(name + ".timesteps"));
        try (DualAdapter adapter = adapter();
                MergedAdapter folded = new MergedAdapter(BASE, adapter);
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            PairDenoiser unet = merged ? new MergedDualUNet(BASE.unet(), folded) : new DualUNet(BASE.unet(), adapter);
            GuidedDenoiser denoiser = new GuidedDenoiser(BASE, unet, text(name, adapter), scale);
            sampler.sample(
                    golden.tensor(name + ".latents_init"),
                    steps,
                    denoiser,
                    (call, x) -> assertClose(
                            "latents after call " + call,
                            Tensors.floats(x),
                            golden.slice(name + ".latents_steps", call),
                            LATENTS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "pair2"})
    void dualUNet_onFirstCall_givesReleasedOutput(String name) {
        try (DualAdapter adapter = adapter();
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray start = golden.tensor(name + ".latents_init");
            NDArray rows = Operators.concat(List.of(start, start), 0);
            NDArray t = Tensors.of(new long[] {golden.longs(name + ".timesteps")[0]}, BASE.device(), 1);
            NDArray output =
                    new DualUNet(BASE.unet(), adapter).forward(rows, t, text(name, adapter), BackgroundFeatures.NONE);
            assertClose("output", output, golden, name + ".unet_out_step0", FORWARD);
        }
    }

    @Test
    void pipeline_decoded_givesReleasedImages() {
        long[] shape = golden.shape("single.latents_steps");
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray last = golden.sliceTensor("single.latents_steps", (int) shape[0] - 1);
            float[] unit = BASE.autoencoder().pixels(last);
            for (int i = 0; i < unit.length; i++) {
                unit[i] = Math.min(Math.max(unit[i] / 2 + 0.5f, 0), 1);
            }
            assertClose("images", unit, golden.floats("single.images"), IMAGES);
        }
    }

    /** Text states of the prompts in config.json, the negative prompt's first; they are checked, too. */
    private NDArray text(String name, DualAdapter adapter) {
        NestedPrompt negative =
                NestedPrompt.both(settings.get("negative_prompt").getAsString());
        NestedPrompt[] prompts = StreamSupport.stream(
                        settings.getAsJsonArray(name).spliterator(), false)
                .map(pair -> prompt(pair.getAsJsonArray()))
                .toArray(NestedPrompt[]::new);
        NestedPrompt[] all = new NestedPrompt[2 * prompts.length];
        Arrays.fill(all, 0, prompts.length, negative);
        System.arraycopy(prompts, 0, all, prompts.length, prompts.length);
        NDArray states = BASE.textEncoder().forward(NestedPrompt.tokens(BASE, all), adapter.text());
        assertClose("text states", states, golden, name + ".prompt_embeds", FORWARD);
        return states;
    }

    private static NestedPrompt prompt(JsonArray pair) {
        return new NestedPrompt(pair.get(0).getAsString(), pair.get(1).getAsString());
    }

    private static DualAdapter adapter() {
        return AdapterFile.read(Golden.path("dual/pytorch_lora_weights.safetensors"), BASE);
    }
}
