package org.dualanodiff.model.diffusion;

import ai.djl.ndarray.NDArray;

/** Walks from pure noise to a clean latent along the reverse process. */
public sealed interface Sampler permits PndmSampler, DdimSampler {

    /**
     * The timesteps of the model calls, first to last.
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
     * Evenly spaced timesteps from the far end down to the offset ("leading" spacing); the topmost is
     * kept inside the schedule.
     */
    static int[] leadingTimesteps(NoiseSchedule schedule, int steps) {
        if (steps < 1 || steps > schedule.length()) {
            throw new IllegalArgumentException(
                    "sampling steps must be 1..%d, were %d".formatted(schedule.length(), steps));
        }
        int stride = schedule.length() / steps;
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            int t = (steps - 1 - i) * stride + schedule.stepsOffset();
            timesteps[i] = Math.min(t, schedule.length() - 1);
        }
        return timesteps;
    }
}
