package org.dualanodiff.model.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dualanodiff.model.golden.Closeness.assertClose;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.diffusion.PndmSampler;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualUNet;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.MergedDualUNet;
import org.dualanodiff.model.dual.PairDenoiser;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.sampling.CleanBackgrounds.BackgroundReference;
import org.dualanodiff.model.sampling.GuidedDenoiser;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guided sampling with background compensation against the released classes. */
@Tag("parity")
@Tag("slow")
class BackgroundSamplingParityTest {

    private static final double LATENTS = 5e-4;
    private static final double FORWARD = 1e-5;

    private static final BaseModel BASE = Golden.base();
    private final GoldenTensors golden = Golden.tensors("bcm/sample.safetensors");
    private final JsonObject settings = Golden.json("bcm/config.json").getAsJsonObject("sample");

    @ParameterizedTest
    @CsvSource({"single, false", "pair2, false", "single, true", "pair2, true"})
    void sampler_overBackground_followsReleasedLatents(String name, boolean merged) {
        int steps = settings.get("num_inference_steps").getAsInt();
        PndmSampler sampler = new PndmSampler(BASE.schedule());
        assertThat(sampler.timesteps(steps)).isEqualTo(golden.ints(name + ".timesteps"));
        try (DualAdapter adapter = AdapterFile.read(Golden.path("bcm/pytorch_lora_weights.safetensors"), BASE);
                MergedAdapter folded = new MergedAdapter(BASE, adapter);
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open();
                GuidedDenoiser denoiser = denoiser(
                        name, merged ? new MergedDualUNet(BASE.unet(), folded) : new DualUNet(BASE.unet(), adapter))) {
            sampler.sample(
                    golden.tensor(name + ".latents_init"),
                    steps,
                    denoiser.over(recorded(name)),
                    (call, x) -> assertClose(
                            "latents after call " + call,
                            Tensors.floats(x),
                            golden.slice(name + ".latents_steps", call),
                            LATENTS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "pair2"})
    void backgrounds_encoded_giveReleasedLatents(String name) {
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray grey = Operators.zerosLike(golden.tensor(name + ".background"));
            NDArray unconditional =
                    BASE.autoencoder().encode(grey).sample(golden.tensor(name + ".neg_posterior_noise"));
            NDArray conditional = BASE.autoencoder()
                    .encode(golden.tensor(name + ".background"))
                    .sample(golden.tensor(name + ".bg_posterior_noise"));
            float[] expected = golden.floats(name + ".cond_lat");
            assertClose("grey", Tensors.floats(unconditional), Arrays.copyOf(expected, expected.length / 2), FORWARD);
            assertClose(
                    "background",
                    Tensors.floats(conditional),
                    Arrays.copyOfRange(expected, expected.length / 2, expected.length),
                    FORWARD);
        }
    }

    private GuidedDenoiser denoiser(String name, PairDenoiser unet) {
        double scale = settings.get("guidance_scale").getAsDouble();
        return new GuidedDenoiser(BASE, unet, golden.tensor(name + ".prompt_embeds"), scale);
    }

    /** The recorded latents, with the noise that was recorded at each call. */
    private BackgroundReference recorded(String name) {
        NDArray clean = golden.tensor(name + ".cond_lat");
        int rows = (int) golden.shape(name + ".cond_lat")[0];
        int[] calls = {0};
        return (timestep, both) -> {
            assertThat(both).isTrue();
            int[] timesteps = new int[rows];
            Arrays.fill(timesteps, timestep);
            return BASE.schedule()
                    .addNoise(clean, golden.sliceTensor(name + ".ref_noise_steps", calls[0]++), timesteps);
        };
    }
}
