package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Unfinished;

/** Adam without weight decay (Kingma and Ba 2015), with a rate given at each step. */
final class Adam implements AutoCloseable {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    /** Without decay, decoupled weight decay is plain Adam. */
    private static final double NO_DECAY = 0;

    private final List<NDArray> parameters;
    private final List<NDArray> firstMoments;
    private final List<NDArray> secondMoments;
    private int step;

    Adam(List<NDArray> parameters) {
        this.parameters = parameters;
        try (Unfinished moments = Unfinished.begin()) {
            this.firstMoments = parameters.stream().map(Adam::zeros).toList();
            this.secondMoments = parameters.stream().map(Adam::zeros).toList();
            moments.finish();
        }
    }

    /** One update in place. */
    void step(List<NDArray> gradients, double rate) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            Operators.adamW(
                    parameters, gradients, firstMoments, secondMoments, ++step, rate, BETA1, BETA2, NO_DECAY, EPSILON);
        }
    }

    private static NDArray zeros(NDArray like) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            return TensorScope.disown(Operators.zerosLike(like));
        }
    }

    @Override
    public void close() {
        firstMoments.forEach(NDArray::close);
        secondMoments.forEach(NDArray::close);
    }
}
