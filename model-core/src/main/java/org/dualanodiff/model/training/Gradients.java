package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;

/**
 * Losses and their mean's gradients.
 *
 * @param losses one number each, on the device, one for each part of the batch
 * @param byParameter one tensor for each trained tensor of the adapter, in the order of its keys
 */
record Gradients(List<NDArray> losses, List<NDArray> byParameter) {

    /** Adds another part's loss and gradients, in place. */
    Gradients plus(Gradients other) {
        try (GradientMode frozen = GradientMode.off()) {
            Operators.accumulate(byParameter, other.byParameter, 1);
            return new Gradients(
                    Stream.concat(losses.stream(), other.losses.stream()).toList(), byParameter);
        }
    }

    /** The mean of {@code parts} parts of equal size, in place. */
    Gradients dividedBy(int parts) {
        if (parts == 1) {
            return this;
        }
        try (GradientMode frozen = GradientMode.off()) {
            Operators.scale(byParameter, 1.0 / parts);
            return this;
        }
    }

    /** The mean loss. A GPU is waited for: it has to be done with all that it was told to do. */
    double loss() {
        return losses.stream().mapToDouble(Operators::item).sum() / losses.size();
    }
}
