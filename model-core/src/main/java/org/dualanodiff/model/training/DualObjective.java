package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundFeatures;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualUNet;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.unet.UNet;

/**
 * The training loss: mean squared error of the predicted noise, both branches in one mean (paper, eq. 4).
 */
public final class DualObjective {

    private final BaseModel base;
    private final DualAdapter adapter;
    private final DualUNet unet;

    public DualObjective(BaseModel base, DualAdapter adapter) {
        this.base = base;
        this.adapter = adapter;
        this.unet = new DualUNet(base.unet(), adapter);
    }

    /**
     * @param tokens int64 (G*2, T), rows (g f): the distinct prompts, G a divisor of the pairs
     * @return one number, with gradients to every trained tensor of the adapter
     */
    public NDArray loss(TrainingBatch batch, NDArray tokens) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray target = base.schedule().target(batch.latents(), batch.noise(), batch.rowTimesteps());
            return scope.release(batch.loss(predict(batch, tokens, UNet.Listener.NONE), target));
        }
    }

    /** The loss with its gradients, which belong to the open scope; gradients must be on. */
    Gradients gradients(TrainingBatch batch, NDArray tokens, List<NDArray> parameters) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray loss = loss(batch, tokens);
            List<NDArray> found = Operators.gradients(loss, parameters);
            found.forEach(scope::release);
            return new Gradients(List.of(scope.release(Operators.detach(loss))), found);
        }
    }

    /** What the U-Net predicts for the noised batch, (B*2, C, H, W). */
    public NDArray predict(TrainingBatch batch, NDArray tokens, UNet.Listener listener) {
        try (TensorScope scope = TensorScope.open()) {
            int[] rows = batch.rowTimesteps();
            NDArray noisy = base.schedule().addNoise(batch.latents(), batch.noise(), rows);
            NDArray text = base.textEncoder().forward(tokens, adapter.text());
            try (BackgroundFeatures features = features(batch, text)) {
                return scope.release(unet.forward(noisy, timesteps(rows), text, features, listener));
            }
        }
    }

    private BackgroundFeatures features(TrainingBatch batch, NDArray text) {
        if (batch.background().isEmpty()) {
            return BackgroundFeatures.NONE;
        }
        TrainingBatch.Background clean = batch.background().get();
        NDArray noisy = base.schedule().addNoise(clean.latents(), clean.noise(), batch.timesteps());
        NDArray global = DualOperators.selectBranch(text, Branch.GLOBAL.ordinal());
        return unet.background(noisy, timesteps(batch.timesteps()), global);
    }

    private NDArray timesteps(int[] values) {
        return Tensors.of(Arrays.stream(values).asLongStream().toArray(), base.device(), values.length);
    }

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

        /**
         * The mean loss, and another number of the device, read together. A GPU is waited for, once: it has to be done with all
         * that it was told to do.
         */
        double[] lossAnd(NDArray other) {
            try (GradientMode frozen = GradientMode.off();
                    TensorScope scope = TensorScope.open()) {
                List<NDArray> all = Stream.concat(losses.stream(), Stream.of(other))
                        .map(number -> Operators.view(number, 1))
                        .toList();
                float[] read = Tensors.floats(Operators.concat(all, 0));
                double sum = 0;
                for (int i = 0; i < losses.size(); i++) {
                    sum += read[i];
                }
                return new double[] {sum / losses.size(), read[losses.size()]};
            }
        }
    }

    /**
     * What one optimizer step learns from; B pairs, rows (b f).
     *
     * @param latents clean latents of both branches, (B*2, C, H, W)
     * @param noise independent noise of both branches, the same shape
     * @param timesteps one a pair, B numbers
     * @param weights of the positions in the loss, (B*2, 1, H, W); none: all weigh the same
     * @param background for the variant with BCM
     */
    public record TrainingBatch(
            NDArray latents,
            NDArray noise,
            int[] timesteps,
            Optional<NDArray> weights,
            Optional<Background> background) {

        /**
         * @param latents of the clean background images, (B, C, H, W)
         * @param noise the same shape
         */
        public record Background(NDArray latents, NDArray noise) {}

        /** The loss of a prediction: mean squared error, position by position as much as it weighs. */
        NDArray loss(NDArray prediction, NDArray target) {
            return weights.map(w -> Operators.weightedSquaredError(prediction, target, w))
                    .orElseGet(() -> Operators.meanSquaredError(prediction, target));
        }

        /** Pairs {@code first} (inclusive) to {@code first + count} (exclusive). */
        TrainingBatch pairs(int first, int count) {
            return new TrainingBatch(
                    rows(latents, first * Branch.COUNT, count * Branch.COUNT),
                    rows(noise, first * Branch.COUNT, count * Branch.COUNT),
                    Arrays.copyOfRange(timesteps, first, first + count),
                    weights.map(w -> rows(w, first * Branch.COUNT, count * Branch.COUNT)),
                    background.map(clean ->
                            new Background(rows(clean.latents(), first, count), rows(clean.noise(), first, count))));
        }

        private static NDArray rows(NDArray tensor, int first, int count) {
            return Operators.narrow(tensor, 0, first, count);
        }

        /** The timestep of every row: both branches of a pair share theirs. */
        int[] rowTimesteps() {
            return Arrays.stream(timesteps).flatMap(t -> IntStream.of(t, t)).toArray();
        }
    }
}
