package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;

/**
 * Keeps one LoRA for both branches: its two copies begin alike and get the sum of their gradients, so they stay alike.
 *
 * @param first positions of the first branch's tensors among the trained ones
 * @param second positions of the second branch's, in the same order
 */
record SharedLora(List<Integer> first, List<Integer> second) {

    /** Each branch its own. */
    static final SharedLora NONE = new SharedLora(List.of(), List.of());

    static SharedLora of(List<String> trained) {
        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        for (int i = 0; i < trained.size(); i++) {
            String other = AdapterLayout.otherBranch(trained.get(i));
            if (trained.get(i).compareTo(other) < 0) {
                first.add(i);
                second.add(trained.indexOf(other));
            }
        }
        return new SharedLora(first, second);
    }

    /** The gradients to learn from, in the same order. */
    List<NDArray> summed(List<NDArray> gradients) {
        if (first.isEmpty()) {
            return gradients;
        }
        List<NDArray> shared = new ArrayList<>(gradients);
        List<NDArray> sums = first.stream().map(gradients::get).toList();
        try (GradientMode frozen = GradientMode.off()) {
            Operators.accumulate(sums, second.stream().map(gradients::get).toList(), 1);
        }
        for (int i = 0; i < sums.size(); i++) {
            shared.set(second.get(i), sums.get(i));
        }
        return shared;
    }
}
