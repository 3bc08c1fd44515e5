package org.dualanodiff.model.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.stream.IntStream;

/** Walks from pure noise to a clean latent along the reverse process. */
public sealed interface Sampler permits PndmSampler, DdimSampler, DpmSolverSampler {

    /**
     * The timesteps of the model calls, first to last, none below the one after it. They may be fewer
     * than {@code steps}: two that round to the same are one.
     *
     * @param steps 1 to the number of training timesteps
     */
    int[] timesteps(int steps);

    /**
     * @param start noise of variance 1, (N, C, H, W)
     * @return the clean latent, (N, C, H, W)
     */
    NDArray sample(NDArray start, int steps, Denoiser denoiser, StepListener listener);

    /** Sees the latents after every step; they are valid only during the call. */
    @FunctionalInterface
    interface StepListener {

        StepListener NONE = (call, latents) -> {};

        /** @param call index of the model call, from 0 */
        void after(int call, NDArray latents);
    }

    /**
     * Evenly spaced timesteps from the far end down to the offset ("leading" spacing). Those that the
     * offset would lift out of the schedule are kept inside, each of them once.
     */
    static int[] leadingTimesteps(NoiseSchedule schedule, int steps) {
        requireSteps(schedule, steps);
        int stride = schedule.length() / steps;
        return IntStream.range(0, steps)
                .map(i -> (steps - 1 - i) * stride + schedule.stepsOffset())
                .map(t -> Math.min(t, schedule.length() - 1))
                .distinct()
                .toArray();
    }

    /** @throws IllegalArgumentException unless steps is 1 to the number of training timesteps */
    static void requireSteps(NoiseSchedule schedule, int steps) {
        if (steps < 1 || steps > schedule.length()) {
            throw new IllegalArgumentException(
                    "sampling steps must be 1..%d, were %d".formatted(schedule.length(), steps));
        }
    }
}
