package org.dualanodiff.model.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.dualanodiff.model.torch.TensorScope;

/** Walks from pure noise to a clean latent along the reverse process. */
public abstract sealed class Sampler permits PndmSampler, DdimSampler, DpmSolverSampler {

    final NoiseSchedule schedule;

    Sampler(NoiseSchedule schedule) {
        this.schedule = schedule;
    }

    /**
     * The timesteps of the model calls, first to last, none below the one after it. They may be fewer
     * than {@code steps}: two that round to the same are one.
     *
     * @param steps 1 to the number of training timesteps
     */
    public abstract int[] timesteps(int steps);

    /**
     * @param start noise of variance 1, (N, C, H, W)
     * @return the clean latent, (N, C, H, W)
     */
    public abstract NDArray sample(NDArray start, int steps, Denoiser denoiser, StepListener listener);

    /** Sees the latents after every step; they are valid only during the call. */
    @FunctionalInterface
    public interface StepListener {

        StepListener NONE = (call, latents) -> {};

        /** @param call index of the model call, from 0 */
        void after(int call, NDArray latents);
    }

    /**
     * Evenly spaced timesteps from the far end down to the offset ("leading" spacing). Those that the
     * offset would lift out of the schedule are kept inside, each of them once.
     */
    final int[] leadingTimesteps(int steps) {
        requireSteps(steps);
        int stride = schedule.length() / steps;
        return IntStream.range(0, steps)
                .map(i -> (steps - 1 - i) * stride + schedule.stepsOffset())
                .map(t -> Math.min(t, schedule.length() - 1))
                .distinct()
                .toArray();
    }

    /** @throws IllegalArgumentException unless steps is 1 to the number of training timesteps */
    final void requireSteps(int steps) {
        if (steps < 1 || steps > schedule.length()) {
            throw new IllegalArgumentException(
                    "sampling steps must be 1..%d, were %d".formatted(schedule.length(), steps));
        }
    }

    /** The latents on their way; frees those that are behind, so that memory does not grow with the steps. */
    static final class Trajectory {

        private final NDArray start;
        private final StepListener listener;
        private NDArray latents;
        private int calls;

        Trajectory(NDArray start, StepListener listener) {
            this.start = start;
            this.listener = listener;
            this.latents = start;
        }

        void advance(UnaryOperator<NDArray> step) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray next = step.apply(latents);
                listener.after(calls++, next);
                scope.release(next);
                moveTo(next);
            }
        }

        NDArray end() {
            return latents;
        }

        private void moveTo(NDArray next) {
            if (latents != start) {
                TensorScope.free(latents);
            }
            latents = next;
        }
    }

    /** Estimates the noise in a batch of latents. */
    @FunctionalInterface
    public interface Denoiser {

        /**
         * @param x (N, C, H, W)
         * @param timestep training timestep, the same for all rows
         * @return the noise in x, (N, C, H, W)
         */
        NDArray noise(NDArray x, int timestep);
    }
}
