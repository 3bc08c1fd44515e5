package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;

/**
 * A loss and its gradients.
 *
 * @param loss one number
 * @param byParameter one tensor for each trained tensor of the adapter, in the order of its keys
 */
record Gradients(double loss, List<NDArray> byParameter) {

    /** Adds another part's loss and gradients, in place. */
    Gradients plus(Gradients other) {
        try (GradientMode frozen = GradientMode.off()) {
            Operators.accumulate(byParameter, other.byParameter, 1);
            return new Gradients(loss + other.loss, byParameter);
        }
    }

    /** The mean of {@code parts} parts of equal size, in place. */
    Gradients dividedBy(int parts) {
        if (parts == 1) {
            return this;
        }
        try (GradientMode frozen = GradientMode.off()) {
            Operators.scale(byParameter, 1.0 / parts);
            return new Gradients(loss / parts, byParameter);
        }
    }
}
