package org.dualanodiff.model.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.stream.IntStream;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * The forward process: how much of the image is left at every training timestep t, {@code q(x_t | x_0) =
 * N(sqrt(a_t) x_0, (1 - a_t) I)} with {@code a_t} the cumulative product of {@code 1 - beta} (Ho et
 * al. 2020, eq. 4).
 */
public final class NoiseSchedule {

    private final SchedulerConfig config;
    private final float[] betas;
    private final float[] alphasCumprod;

    private NoiseSchedule(SchedulerConfig config) {
        this.config = config;
        betas = betas(config);
        alphasCumprod = cumulativeProduct(betas);
    }

    public static NoiseSchedule of(SchedulerConfig config) {
        return new NoiseSchedule(config);
    }

    /** Number of training timesteps T; timesteps are 0..T-1. */
    public int length() {
        return alphasCumprod.length;
    }

    public double beta(int timestep) {
        return betas[timestep];
    }

    /** The share of the image's variance that is left at {@code timestep}. */
    public double alphaCumprod(int timestep) {
        return alphasCumprod[timestep];
    }

    /** As {@link #alphaCumprod}; a timestep before the first stands for the clean end of the process. */
    double alphaCumprodOrFinal(int timestep) {
        if (timestep >= 0) {
            return alphasCumprod[timestep];
        }
        return config.setAlphaToOne() ? 1 : alphasCumprod[0];
    }

    /** Shift of the timesteps that samplers visit (1 in Stable Diffusion 1.x). */
    int stepsOffset() {
        return config.stepsOffset();
    }

    /** Whether the base predicts velocity instead of noise. */
    public boolean predictsVelocity() {
        return config.predictionType().equals("v_prediction");
    }

    /** {@code sqrt(a_t) x0 + sqrt(1 - a_t) noise}; x0, noise (N, C, H, W), one timestep a row. */
    public NDArray addNoise(NDArray x0, NDArray noise, int[] timesteps) {
        return weighted(timesteps, 1, x0, 1, noise);
    }

    /** {@code sqrt(a_t) noise - sqrt(1 - a_t) x0}, the target of v-prediction. */
    public NDArray velocity(NDArray x0, NDArray noise, int[] timesteps) {
        return weighted(timesteps, 1, noise, -1, x0);
    }

    /** What the base is trained to predict: the noise, or the velocity. */
    public NDArray target(NDArray x0, NDArray noise, int[] timesteps) {
        return predictsVelocity() ? velocity(x0, noise, timesteps) : noise;
    }

    /** The noise that a prediction at {@code timestep} stands for. */
    public NDArray toNoise(NDArray prediction, NDArray x, int timestep) {
        if (!predictsVelocity()) {
            return prediction;
        }
        double alpha = alphaCumprod(timestep);
        return Operators.combine(Math.sqrt(alpha), prediction, Math.sqrt(1 - alpha), x);
    }

    /** {@code signal sqrt(a_t) x + noise sqrt(1 - a_t) y}, row by row. */
    private NDArray weighted(int[] timesteps, int signal, NDArray x, int noise, NDArray y) {
        try (TensorScope scope = TensorScope.open()) {
            float[] a = new float[timesteps.length];
            float[] b = new float[timesteps.length];
            IntStream.range(0, timesteps.length).forEach(row -> {
                a[row] = signal * (float) Math.sqrt(alphaCumprod(timesteps[row]));
                b[row] = noise * (float) Math.sqrt(1 - alphaCumprod(timesteps[row]));
            });
            return scope.release(Operators.combineRows(
                    Tensors.of(a, x.getDevice(), a.length), x, Tensors.of(b, x.getDevice(), b.length), y));
        }
    }

    private static float[] betas(SchedulerConfig config) {
        boolean scaled = config.betaSchedule().equals("scaled_linear");
        double start = scaled ? Math.sqrt(config.betaStart()) : config.betaStart();
        double end = scaled ? Math.sqrt(config.betaEnd()) : config.betaEnd();
        int count = config.numTrainTimesteps();
        float[] betas = new float[count];
        for (int t = 0; t < count; t++) {
            float point = (float) (start + (end - start) * t / Math.max(count - 1, 1));
            betas[t] = scaled ? point * point : point;
        }
        return betas;
    }

    private static float[] cumulativeProduct(float[] betas) {
        float[] product = new float[betas.length];
        double running = 1;
        for (int t = 0; t < betas.length; t++) {
            running *= 1f - betas[t];
            product[t] = (float) running;
        }
        return product;
    }
}
