package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.io.Serializable;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * AdamW with decoupled weight decay on everything, after a clip of the global gradient norm
 * (Loshchilov and Hutter 2019, algorithm 2; epsilon placed as in {@code torch.optim.AdamW}).
 */
public final class AdamW implements AutoCloseable {

    private final Settings settings;
    private final List<NDArray> parameters;
    private final List<NDArray> firstMoments;
    private final List<NDArray> secondMoments;
    private int step;

    /** Starts with zero moments. */
    public AdamW(List<NDArray> parameters, Settings settings) {
        this.settings = settings;
        this.parameters = parameters;
        try (ConstructionScope moments = ConstructionScope.begin()) {
            this.firstMoments = parameters.stream().map(AdamW::zeros).toList();
            this.secondMoments = parameters.stream().map(AdamW::zeros).toList();
            moments.finish();
        }
    }

    /**
     * @param maxGradientNorm gradients of a larger global L2 norm are scaled down to it
     */
    public record Settings(
            double learningRate, double beta1, double beta2, double weightDecay, double epsilon, double maxGradientNorm)
            implements Serializable {

        /** As released: betas 0.9 and 0.999, epsilon 1e-8. */
        public static Settings released(double learningRate, double weightDecay, double maxGradientNorm) {
            return new Settings(learningRate, 0.9, 0.999, weightDecay, 1e-8, maxGradientNorm);
        }

        /**
         * The learning rate on its way to 0 along half a cosine.
         *
         * @param step from 1, which has the whole of it
         */
        public double cosine(int step, int steps) {
            return learningRate * (1 + Math.cos(Math.PI * (step - 1) / steps)) / 2;
        }
    }

    /**
     * One update in place; a GPU is not waited for.
     *
     * @param gradients one for each parameter; they are scaled in place where the clip acts
     * @param learningRate of this update: what a schedule has made of the settings' one
     * @return the global norm before the clip, one number on the device
     */
    public NDArray update(List<NDArray> gradients, double learningRate) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            List<NDArray> each = distinct(gradients);
            NDArray norm = Operators.globalNorm(each);
            Operators.clipToNorm(each, norm, settings.maxGradientNorm());
            Operators.adamW(
                    parameters,
                    gradients,
                    firstMoments,
                    secondMoments,
                    ++step,
                    learningRate,
                    settings.beta1(),
                    settings.beta2(),
                    settings.weightDecay(),
                    settings.epsilon());
            return scope.release(norm);
        }
    }

    /** Updates made so far. */
    public int steps() {
        return step;
    }

    public List<NDArray> firstMoments() {
        return firstMoments;
    }

    public List<NDArray> secondMoments() {
        return secondMoments;
    }

    /** Continues after {@code steps} updates, with the moments that were then. */
    public void restore(int steps, IntFunction<float[]> first, IntFunction<float[]> second) {
        step = steps;
        for (int i = 0; i < parameters.size(); i++) {
            Tensors.overwrite(firstMoments.get(i), first.apply(i));
            Tensors.overwrite(secondMoments.get(i), second.apply(i));
        }
    }

    private static NDArray zeros(NDArray like) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            return TensorScope.disown(Operators.zerosLike(like));
        }
    }

    /** Parameters may share a gradient, which counts and is clipped once. */
    private static List<NDArray> distinct(List<NDArray> gradients) {
        Set<NDArray> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        return gradients.stream().filter(seen::add).toList();
    }

    @Override
    public void close() {
        firstMoments.forEach(NDArray::close);
        secondMoments.forEach(NDArray::close);
    }
}
