package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.unet.UNet;
import org.dualanodiff.model.unet.UNetStage;

/**
 * A forward pass through the stages of the U-Net that keeps nothing but what lies between them, and the
 * way back, on which each stage is computed a second time, now with gradients (Chen et al. 2016,
 * "Training deep nets with sublinear memory cost").
 */
final class RecomputedPass {

    private final List<Step> steps = new ArrayList<>();
    private final NDArray end;

    /**
     * @param skip features taken from the way down, or null
     * @param producer the step that made {@code skip}, or -1
     */
    private record Step(UNetStage stage, NDArray input, NDArray skip, int producer, long[] size) {}

    private record Kept(NDArray features, int producer) {}

    /** Runs all stages; gradients should be off. */
    RecomputedPass(UNet unet, NDArray latents, UNetStage.Pass pass) {
        Deque<Kept> kept = new ArrayDeque<>();
        NDArray h = unet.input(latents);
        for (UNetStage stage : unet.stages()) {
            Kept skip = stage.skip() == UNetStage.Skip.POP ? kept.pop() : new Kept(null, -1);
            long[] size = UNet.size(kept.isEmpty() ? null : kept.peek().features());
            steps.add(new Step(stage, h, skip.features(), skip.producer(), size));
            h = stage.forward(h, skip.features(), size, pass);
            if (stage.skip() == UNetStage.Skip.PUSH) {
                kept.push(new Kept(h, steps.size() - 1));
            }
        }
        end = h;
    }

    /** The last stage's output. */
    NDArray end() {
        return end;
    }

    /** Computes one stage again and takes gradients through it. */
    @FunctionalInterface
    interface StageGradients {

        /**
         * @param input of the stage, to take the gradient by
         * @param skip likewise, or null
         * @param upstream the loss's gradient by the stage's output, or null if it does not depend on it
         * @return the gradients by input and, if there is one, by skip
         */
        List<NDArray> through(UNetStage stage, NDArray input, NDArray skip, long[] size, NDArray upstream);
    }

    /**
     * Walks back, last stage first, down to the first stage that has an attention: before it nothing is
     * trained.
     *
     * @param upstream the loss's gradient by {@link #end}, or null
     */
    void back(NDArray upstream, StageGradients gradients) {
        NDArray[] byOutput = new NDArray[steps.size()];
        byOutput[steps.size() - 1] = upstream;
        for (int i = steps.size() - 1; i >= firstTrained(); i--) {
            Step step = steps.get(i);
            try (TensorScope scope = TensorScope.open()) {
                NDArray input = leaf(step.input());
                NDArray skip = step.skip() == null ? null : leaf(step.skip());
                List<NDArray> found = gradients.through(step.stage(), input, skip, step.size(), byOutput[i]);
                add(byOutput, i - 1, found.get(0), scope);
                if (skip != null) {
                    add(byOutput, step.producer(), found.get(1), scope);
                }
            }
            if (byOutput[i] != null && byOutput[i] != upstream) {
                TensorScope.free(byOutput[i]);
            }
        }
    }

    private int firstTrained() {
        int first = 0;
        while (first < steps.size() && steps.get(first).stage().attentions().isEmpty()) {
            first++;
        }
        return first;
    }

    static NDArray leaf(NDArray tensor) {
        return Tensors.trainable(Operators.detach(tensor));
    }

    private static void add(NDArray[] sums, int index, NDArray gradient, TensorScope scope) {
        if (index < 0) {
            return;
        }
        NDArray sum = sums[index] == null ? gradient : Operators.add(sums[index], gradient);
        if (sums[index] != null) {
            TensorScope.free(sums[index]);
        }
        sums[index] = scope.release(sum);
    }
}
