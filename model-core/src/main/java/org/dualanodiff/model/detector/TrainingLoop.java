package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.function.IntFunction;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.training.TrainingListener;

/** The steps of a detector's training: loss, gradients, update. */
final class TrainingLoop {

    private final List<NDArray> parameters;
    private final DetectorTraining training;
    private final TrainingListener listener;

    TrainingLoop(NetworkTensors tensors, DetectorTraining training, TrainingListener listener) {
        this.parameters = tensors.learned();
        this.training = training;
        this.listener = listener;
    }

    /**
     * @param loss of a step's batch, from 1, as a scalar with its graph
     * @throws IllegalStateException if the loss stops being a number
     */
    void run(IntFunction<NDArray> loss) {
        try (Adam adam = new Adam(parameters)) {
            for (int step = 1; step <= training.steps(); step++) {
                listener.afterStep(step, training.steps(), step(step, loss, adam));
            }
        }
    }

    private double step(int step, IntFunction<NDArray> lossOf, Adam adam) {
        try (GradientMode recorded = GradientMode.on();
                TensorScope scope = TensorScope.open()) {
            NDArray loss = lossOf.apply(step);
            adam.step(Operators.gradients(loss, parameters), training.learningRate(step));
            double number = Operators.item(loss);
            if (!Double.isFinite(number)) {
                throw new IllegalStateException(
                        "the detector's loss became %s at step %d; lower the learning rate".formatted(number, step));
            }
            return number;
        }
    }
}
