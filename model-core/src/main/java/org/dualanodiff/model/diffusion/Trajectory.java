package org.dualanodiff.model.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.function.UnaryOperator;
import org.dualanodiff.model.torch.TensorScope;

/** The latents on their way; frees those that are behind, so that memory does not grow with the steps. */
final class Trajectory {

    private final NDArray start;
    private final Sampler.StepListener listener;
    private NDArray latents;
    private int calls;

    Trajectory(NDArray start, Sampler.StepListener listener) {
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
