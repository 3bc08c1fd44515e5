package org.dualanodiff.model.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.diffusion.Sampler.StepListener;
import org.dualanodiff.model.golden.AnalyticDenoiser;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every sampler and number of steps, and where DPM-Solver++ goes beyond the released code. */
class SamplerTest {

    private static final int[] STEPS = {1, 2, 3, 4, 5, 10, 14, 15, 16, 50, 333, 500, 999, 1000};
    private static final NoiseSchedule SCHEDULE =
            NoiseSchedule.of(Golden.model().schedulerConfig());

    private static Map<String, Sampler> samplers() {
        Map<String, Sampler> samplers = new LinkedHashMap<>();
        samplers.put("pndm", new PndmSampler(SCHEDULE));
        samplers.put("ddim", new DdimSampler(SCHEDULE));
        for (boolean karras : new boolean[] {false, true}) {
            for (boolean zero : new boolean[] {false, true}) {
                samplers.put(
                        "dpm, karras %s, final sigma zero %s".formatted(karras, zero),
                        new DpmSolverSampler(SCHEDULE, karras, zero));
            }
        }
        return samplers;
    }

    static Stream<Arguments> samplersAndSteps() {
        return samplers().entrySet().stream()
                .flatMap(entry ->
                        IntStream.of(STEPS).mapToObj(steps -> Arguments.of(entry.getKey(), entry.getValue(), steps)));
    }

    static Stream<Arguments> samplersByName() {
        return samplers().entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}, {2} steps")
    @MethodSource("samplersAndSteps")
    void timesteps_ofAnyCount_descendInsideTheSchedule(String name, Sampler sampler, int steps) {
        int[] timesteps = sampler.timesteps(steps);
        int[] once = Arrays.stream(timesteps).distinct().toArray();

        assertThat(once.length).isBetween(1, steps);
        assertThat(IntStream.of(once)).allMatch(t -> 0 <= t && t < SCHEDULE.length());
        assertThat(IntStream.range(1, once.length)).allMatch(i -> once[i] < once[i - 1]);
        boolean repeated = sampler instanceof PndmSampler && steps > 1;
        assertThat(timesteps).hasSize(once.length + (repeated ? 1 : 0));
        if (repeated) {
            assertThat(timesteps[2]).isEqualTo(timesteps[1]);
        }
    }

    @ParameterizedTest(name = "{0}, {2} steps")
    @MethodSource("samplersAndSteps")
    void sampler_ofAnyCount_callsModelOnceATimestepAndStaysFinite(String name, Sampler sampler, int steps) {
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            IntStream.Builder visited = IntStream.builder();
            AnalyticDenoiser analytic = new AnalyticDenoiser();
            NDArray end =
                    sampler.sample(start(), steps, (x, t) -> analytic.noise(x, note(visited, t)), (call, x) -> {});

            assertThat(visited.build().toArray()).isEqualTo(sampler.timesteps(steps));
            assertThat(Tensors.shape(end)).isEqualTo(Tensors.shape(start()));
            assertFinite(Tensors.floats(end));
        }
    }

    private static int note(IntStream.Builder visited, int timestep) {
        visited.add(timestep);
        return timestep;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samplersByName")
    void sampler_withStepsOutsideTheSchedule_namesTheBounds(String name, Sampler sampler) {
        for (int steps : new int[] {-1, 0, 1001}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> sampler.timesteps(steps))
                    .withMessage("sampling steps must be 1..1000, were " + steps);
        }
    }

    @Test
    void karrasTimesteps_ofOneStep_startAtTheNoisyEnd() {
        assertThat(new DpmSolverSampler(SCHEDULE, true, false).timesteps(1)).containsExactly(999);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 20})
    void dpmSolver_withFinalSigmaZero_endsAtTheLastDataPrediction(int steps) {
        for (boolean karras : new boolean[] {false, true}) {
            try (GradientMode mode = GradientMode.off();
                    TensorScope scope = TensorScope.open()) {
                LastData last = new LastData();
                NDArray end =
                        new DpmSolverSampler(SCHEDULE, karras, true).sample(start(), steps, last, StepListener.NONE);

                assertClose(Tensors.floats(end), last.data, 1e-5);
            }
        }
    }

    /** Computes the data prediction of its latest call on its own. */
    private static final class LastData implements Denoiser {

        private float[] data;

        @Override
        public NDArray noise(NDArray x, int timestep) {
            NDArray noise = new AnalyticDenoiser().noise(x, timestep);
            double alpha = SCHEDULE.alphaCumprod(timestep);
            float[] latents = Tensors.floats(x);
            float[] e = Tensors.floats(noise);
            data = new float[e.length];
            for (int i = 0; i < e.length; i++) {
                data[i] = (float) ((latents[i] - Math.sqrt(1 - alpha) * e[i]) / Math.sqrt(alpha));
            }
            return noise;
        }
    }

    @Test
    void dpmSolver_onGaussianData_isOfSecondOrder() {
        assertThat(gaussianError(20) / gaussianError(40)).isCloseTo(4, within(0.8));
    }

    @Test
    void dpmSolver_onGaussianData_isCloserThanDdimOfAsManySteps() {
        assertThat(gaussianError(20)).isLessThan(gaussianError(new DdimSampler(SCHEDULE), 20) / 4);
    }

    /** With Karras timesteps: evenly spaced ones make a last step too long, in log(alpha / sigma), for the order to show. */
    private static double gaussianError(int steps) {
        return gaussianError(new DpmSolverSampler(SCHEDULE, true, false), steps);
    }

    /**
     * Data of variance 1/4 have the exact noise estimate {@code sqrt(1 - a) x / v}, {@code v = a / 4 + 1 - a},
     * and the probability flow carries x from T - 1 to 0 by the factor {@code sqrt(v_0 / v_(T-1))}.
     *
     * @return the error of that factor
     */
    private static double gaussianError(Sampler sampler, int steps) {
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray one = Tensors.of(new float[] {1}, Device.cpu(), 1, 1, 1, 1);
            Denoiser exact = (x, t) -> Operators.multiply(x, Math.sqrt(1 - SCHEDULE.alphaCumprod(t)) / variance(t));
            float factor = Tensors.floats(sampler.sample(one, steps, exact, StepListener.NONE))[0];
            return Math.abs(factor - Math.sqrt(variance(0) / variance(SCHEDULE.length() - 1)));
        }
    }

    private static double variance(int timestep) {
        double alpha = SCHEDULE.alphaCumprod(timestep);
        return alpha / 4 + 1 - alpha;
    }

    private static NDArray start() {
        return Tensors.of(NoiseSource.gaussian(32, "sampler test"), Device.cpu(), 2, 4, 2, 2);
    }

    private static void assertFinite(float[] values) {
        for (float value : values) {
            assertThat(value).isFinite();
        }
    }

    private static void assertClose(float[] actual, float[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(tolerance * (1 + Math.abs(expected[i]))));
        }
    }
}
