package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.io.Serializable;
import java.util.List;
import java.util.function.IntFunction;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.training.TrainingListener;

/**
 * How long and how fast a detector learns: Adam (Kingma and Ba 2015) with betas 0.9 and 0.999 and a rate that falls from
 * {@code learningRate} to 0 along a half cosine. What the last step leaves is the result; no step is chosen by looking at a
 * test set.
 *
 * @param steps updates
 * @param learningRate of the first step
 * @param seed of the first weights
 */
public record DetectorTraining(int steps, double learningRate, long seed) implements Serializable {

    /** Without decay, decoupled weight decay is plain Adam. */
    private static final double NO_DECAY = 0;

    private static final double NO_CLIP = Float.MAX_VALUE;

    public DetectorTraining {
        if (steps < 1) {
            throw new IllegalArgumentException("A detector needs at least one training step, was " + steps);
        }
        if (!(learningRate > 0)) {
            throw new IllegalArgumentException("The learning rate must be positive, was " + learningRate);
        }
    }

    /** @param step from 1 */
    double learningRate(int step) {
        return adam().cosine(step, steps);
    }

    private AdamW.Settings adam() {
        return AdamW.Settings.released(learningRate, NO_DECAY, NO_CLIP);
    }

    /**
     * All steps, from 1: loss, gradients, update. What fails closes the tensors.
     *
     * @param loss of a step's batch as a scalar with its graph
     * @throws IllegalStateException if the loss stops being a number
     */
    void run(NetworkTensors tensors, IntFunction<NDArray> loss, TrainingListener listener) {
        try {
            update(tensors.learned(), loss, listener);
        } catch (RuntimeException | Error e) {
            tensors.close();
            throw e;
        }
    }

    private void update(List<NDArray> parameters, IntFunction<NDArray> loss, TrainingListener listener) {
        try (AdamW adam = new AdamW(parameters, adam())) {
            for (int step = 1; step <= steps; step++) {
                try (GradientMode recorded = GradientMode.on();
                        TensorScope scope = TensorScope.open()) {
                    NDArray found = loss.apply(step);
                    adam.update(Operators.gradients(found, parameters), learningRate(step));
                    listener.afterStep(step, steps, finite(step, Operators.item(found)));
                }
            }
        }
    }

    private static double finite(int step, double loss) {
        if (!Double.isFinite(loss)) {
            throw new IllegalStateException(
                    "the detector's loss became %s at step %d; lower the learning rate".formatted(loss, step));
        }
        return loss;
    }
}
