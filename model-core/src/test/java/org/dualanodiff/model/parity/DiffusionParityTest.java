package org.dualanodiff.model.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.dualanodiff.model.golden.Closeness.assertClose;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.dualanodiff.model.diffusion.DdimSampler;
import org.dualanodiff.model.diffusion.DpmSolverSampler;
import org.dualanodiff.model.diffusion.NoiseSchedule;
import org.dualanodiff.model.diffusion.PndmSampler;
import org.dualanodiff.model.diffusion.Sampler;
import org.dualanodiff.model.golden.AnalyticDenoiser;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Noise schedule and samplers against the numbers of the released implementation. */
@Tag("parity")
class DiffusionParityTest {

    private static final double TOLERANCE = 1e-5;

    private final NoiseSchedule schedule = NoiseSchedule.of(Golden.model().schedulerConfig());
    private final GoldenTensors golden = Golden.tensors("schedulers.safetensors");

    private static final List<String> SAMPLERS = List.of("pndm", "ddim", "dpm", "dpm_karras");

    private static Sampler sampler(String name) {
        NoiseSchedule schedule = NoiseSchedule.of(Golden.model().schedulerConfig());
        return switch (name) {
            case "pndm" -> new PndmSampler(schedule);
            case "ddim" -> new DdimSampler(schedule);
            case "dpm" -> new DpmSolverSampler(schedule, false, false);
            case "dpm_karras" -> new DpmSolverSampler(schedule, true, false);
            default -> throw new IllegalArgumentException("no such sampler: " + name);
        };
    }

    static Stream<Arguments> timesteps() {
        JsonObject all = Golden.json("schedule.json").getAsJsonObject("timesteps");
        return SAMPLERS.stream()
                .flatMap(name -> all.getAsJsonObject(name).keySet().stream().map(steps -> Arguments.of(name, steps)));
    }

    @ParameterizedTest
    @MethodSource("timesteps")
    void sampler_withSteps_visitsReleasedTimesteps(String name, String steps) {
        JsonArray expected = Golden.json("schedule.json")
                .getAsJsonObject("timesteps")
                .getAsJsonObject(name)
                .getAsJsonArray(steps);
        assertThat(sampler(name).timesteps(Integer.parseInt(steps)))
                .containsExactly(StreamSupport.stream(expected.spliterator(), false)
                        .mapToInt(e -> e.getAsInt())
                        .toArray());
    }

    static Stream<Arguments> trajectories() {
        return Golden.tensors("schedulers.safetensors").names().stream()
                .filter(key -> key.endsWith(".x"))
                .map(key -> key.split("\\."))
                .filter(parts -> SAMPLERS.contains(parts[0]))
                .map(parts -> Arguments.of(parts[0], parts[1]));
    }

    @ParameterizedTest
    @MethodSource("trajectories")
    void sampler_onAnalyticDenoiser_followsReleasedTrajectory(String name, String steps) {
        String key = name + "." + steps + ".x";
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray start = golden.tensor("x_T");
            List<Integer> calls = new ArrayList<>();
            sampler(name).sample(start, Integer.parseInt(steps), new AnalyticDenoiser(), (call, x) -> {
                calls.add(call);
                assertClose(key + " after call " + call, Tensors.floats(x), golden.slice(key, call), TOLERANCE);
            });
            assertThat(calls).hasSize((int) golden.shape(key)[0]);
        }
    }

    @Test
    void schedule_betasAndCumulativeAlphas_areReleasedOnes() {
        float[] betas = golden.floats("betas");
        float[] alphas = golden.floats("alphas_cumprod");
        assertThat(schedule.length()).isEqualTo(betas.length);
        for (int t = 0; t < betas.length; t++) {
            assertThat(schedule.beta(t)).isCloseTo(betas[t], offset(1e-8));
            assertThat(schedule.alphaCumprod(t)).isCloseTo(alphas[t], offset(1e-6));
        }
    }

    @Test
    void schedule_addNoiseAndVelocity_areReleasedOnes() {
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray x0 = golden.tensor("add_noise.x0");
            NDArray noise = golden.tensor("add_noise.noise");
            int[] timesteps = golden.ints("add_noise.timesteps");
            assertClose("noisy", schedule.addNoise(x0, noise, timesteps), golden, "add_noise.out", TOLERANCE);
            assertClose("velocity", schedule.velocity(x0, noise, timesteps), golden, "velocity.out", TOLERANCE);
        }
    }
}
