package org.dualanodiff.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualUNet;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.MergedDualUNet;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.sampling.SamplingConfig.Guidance;
import org.dualanodiff.model.sampling.SamplingConfig.GuidanceInterval;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Test;

class GuidedDenoiserTest {

    private static final GuidanceInterval MIDDLE = new GuidanceInterval(0.3, 0.7);

    private static final BaseModel BASE = Golden.base();
    private final GoldenTensors golden = Golden.tensors("dual/sample.safetensors");

    @Test
    void denoiser_outsideItsInterval_givesTheConditionalEstimate() {
        assertThat(noise(4, MIDDLE, 900)).isEqualTo(conditional(900));
        assertThat(noise(4, MIDDLE, 100)).isEqualTo(conditional(100));
    }

    @Test
    void denoiser_insideItsInterval_guidesAsWithoutOne() {
        assertThat(noise(4, MIDDLE, 500))
                .isEqualTo(noise(4, GuidanceInterval.WHOLE, 500))
                .isNotEqualTo(conditional(500));
    }

    @Test
    void sampler_withInterval_changesOnlyWhatLiesOutside() {
        SampleSeries series = new SampleSeries(3, "tile", "crack");
        assertThat(pixel(series, new GuidanceInterval(0, 0.999))).isNotEqualTo(pixel(series, MIDDLE));
        assertThat(pixel(series, new GuidanceInterval(0, 0.999))).isEqualTo(pixel(series, GuidanceInterval.WHOLE));
    }

    /** All pixels of a pair of three DDIM steps, at timesteps 667, 334 and 1. */
    private static int[] pixel(SampleSeries series, GuidanceInterval interval) {
        SamplingConfig config = new SamplingConfig(SamplingConfig.Method.DDIM, 3, byText(6, interval), 1, 1, 64, false);
        try (MergedAdapter adapter = MergedAdapter.read(Golden.path("dual/pytorch_lora_weights.safetensors"), BASE);
                DualSampler sampler =
                        new DualSampler(BASE, adapter, new NestedPrompt("a vfx with sks", "sks"), "", config)) {
            return sampler.sampleBlock(series, 0).get(0).image().getRGB(0, 0, 64, 64, null, 0, 64);
        }
    }

    private float[] noise(double scale, GuidanceInterval interval, int timestep) {
        try (DualAdapter adapter = adapter();
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            DualUNet unet = new DualUNet(BASE.unet(), adapter);
            NDArray text = golden.tensor("single.prompt_embeds");
            GuidedDenoiser denoiser = new GuidedDenoiser(BASE, unet, Optional.empty(), text, byText(scale, interval));
            return Tensors.floats(denoiser.noise(golden.tensor("single.latents_init"), timestep));
        }
    }

    /** Without guidance, from the conditional text rows alone. */
    private float[] conditional(int timestep) {
        try (DualAdapter adapter = adapter();
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            DualUNet unet = new DualUNet(BASE.unet(), adapter);
            NDArray text = Operators.narrow(golden.tensor("single.prompt_embeds"), 0, 2, 2);
            return Tensors.floats(
                    new GuidedDenoiser(BASE, unet, text, 1).noise(golden.tensor("single.latents_init"), timestep));
        }
    }

    private static Guidance byText(double scale, GuidanceInterval interval) {
        return new Guidance(Guidance.Weaker.TEXT, scale, interval);
    }

    /** The last bits differ, since one has its weights folded. */
    @Test
    void denoiser_guidedByTheInteraction_movesAwayFromBranchesWithoutSaim() {
        try (DualAdapter adapter = adapter();
                DualAdapter silent = adapter();
                MergedAdapter merged = new MergedAdapter(BASE, adapter);
                MergedDualUNet unet = new MergedDualUNet(BASE.unet(), merged);
                MergedDualUNet alone = unet.withoutInteraction();
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            silent.leaveOut(new DualAdapter.Ablation(true, false));
            NDArray text = Operators.narrow(golden.tensor("single.prompt_embeds"), 0, 2, 2);
            NDArray x = golden.tensor("single.latents_init");
            Guidance twice = new Guidance(Guidance.Weaker.INTERACTION, 2, MIDDLE);
            GuidedDenoiser guided = new GuidedDenoiser(BASE, unet, Optional.of(alone), text, twice);

            float[] with = unguided(adapter, text, x);
            float[] without = unguided(silent, text, x);
            float[] expected = new float[with.length];
            for (int i = 0; i < with.length; i++) {
                expected[i] = 2 * with[i] - without[i];
            }
            assertThat(with).isNotEqualTo(without);
            assertThat(Tensors.floats(guided.noise(x, 500))).containsExactly(expected, within(1e-3f));
            assertThat(Tensors.floats(guided.noise(x, 900)))
                    .isEqualTo(Tensors.floats(new GuidedDenoiser(BASE, unet, text, 1).noise(x, 900)));
        }
    }

    private static float[] unguided(DualAdapter adapter, NDArray text, NDArray x) {
        return Tensors.floats(new GuidedDenoiser(BASE, new DualUNet(BASE.unet(), adapter), text, 1).noise(x, 500));
    }

    private static DualAdapter adapter() {
        return AdapterFile.read(Golden.path("dual/pytorch_lora_weights.safetensors"), BASE);
    }
}
