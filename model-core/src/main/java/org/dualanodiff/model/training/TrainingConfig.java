package org.dualanodiff.model.training;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.util.List;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;

/**
 * How an adapter is trained. Paper, section 4.1: 5000 steps, batch 4, learning rate 2e-5, rank 32, 512 pixels.
 *
 * @param steps optimizer updates
 * @param batchSize pairs a step
 * @param microBatchSize pairs computed at once: their gradients are summed up to the batch's. A divisor of the batch size, or
 *     0 for the largest one that the memory of the device holds
 * @param recompute whether activations are computed twice instead of kept: a third more time, much less memory
 * @param optimizer its settings; the learning rate is that of the first step
 * @param cosine whether the learning rate falls to zero along half a cosine instead of staying (an extension of the paper)
 * @param defectWeight how much the positions of the defect weigh in the loss; 1 is the paper's plain mean, 0 what suits the
 *     size of the defects
 * @param ground of the anomaly parts; mid-grey is the paper's
 * @param rank of every LoRA
 * @param warmStart whether the adapter begins as the base model's starting adapter instead of from nothing (an extension of
 *     the paper)
 * @param background whether and how background compensation is trained
 * @param ablation what is left out of the method
 * @param resolution side of the square training images, in pixels
 * @param flips the mirror images in which training sees each image
 * @param checkpointEvery steps between two resumable states
 * @param seed of the adapter's first values, of the order of the images and of all noise
 */
public record TrainingConfig(
        int steps,
        int batchSize,
        int microBatchSize,
        boolean recompute,
        AdamW.Settings optimizer,
        boolean cosine,
        double defectWeight,
        PartGround ground,
        int rank,
        boolean warmStart,
        BackgroundMode background,
        Ablation ablation,
        int resolution,
        List<Flip> flips,
        int checkpointEvery,
        long seed)
        implements Serializable {

    public TrainingConfig {
        flips = List.copyOf(flips);
        if (microBatchSize < 0 || (microBatchSize > 0 && batchSize % microBatchSize != 0)) {
            throw new IllegalArgumentException(
                    "the micro-batch size must divide the batch size %d, was %d".formatted(batchSize, microBatchSize));
        }
    }

    /** Whether the adapter has background compensation. */
    public boolean compensated() {
        return background != BackgroundMode.OFF;
    }

    /** These settings with a weight that suits the examples, unless they give one. */
    TrainingConfig weighing(List<TrainingExample> examples) {
        return defectWeight != 0
                ? this
                : with(steps, microBatchSize, recompute, DefectWeight.of(examples), checkpointEvery);
    }

    /** These settings with another number of pairs computed at once. */
    TrainingConfig inParts(int pairs) {
        return with(steps, pairs, recompute, defectWeight, checkpointEvery);
    }

    /** These settings without those that may change between stop and resume. */
    TrainingConfig lasting() {
        return with(cosine ? steps : 0, batchSize, false, defectWeight, 0);
    }

    private TrainingConfig with(int updates, int pairsAtOnce, boolean twice, double weight, int stateEvery) {
        return new TrainingConfig(
                updates,
                batchSize,
                pairsAtOnce,
                twice,
                optimizer,
                cosine,
                weight,
                ground,
                rank,
                warmStart,
                background,
                ablation,
                resolution,
                flips,
                stateEvery,
                seed);
    }

    /** @param step from 1 */
    double learningRate(int step) {
        return cosine ? optimizer.cosine(step, steps) : optimizer.learningRate();
    }

    /**
     * How much the positions of a defect should weigh in the loss, by its size. A weight makes small defects learned in fewer
     * steps, but also more likely than they are: where a half-trained model is in doubt, it draws defect. Large ones need none and
     * would grow.
     */
    static final class DefectWeight {

        /** Of the rest's weight: from here on a defect is not overlooked. */
        private static final double SHARE = 0.2;

        private static final double MOST = 4;

        private DefectWeight() {}

        /** So much that defects together weigh a fifth of the rest, 1 to 4. */
        static double of(List<TrainingExample> examples) {
            double defect = examples.stream()
                    .map(TrainingExample::mask)
                    .mapToDouble(DefectWeight::share)
                    .average()
                    .orElse(0);
            return Math.max(1, Math.min(MOST, SHARE * (1 - defect) / defect));
        }

        private static double share(BufferedImage mask) {
            return Mask.of(mask).share();
        }
    }
}
