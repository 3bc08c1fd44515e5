package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.List;
import org.dualanodiff.model.detector.Classifier;
import org.dualanodiff.model.detector.DetectorTraining;
import org.dualanodiff.model.detector.SegmentationNetwork;

/**
 * How the question is answered whether generated pairs help: the block {@code evaluate}.
 *
 * @param arms each once, in the order given
 * @param budget of every arm
 * @param allowedLoss in pixel AP, 0 to 1
 */
public record EvaluationConfig(
        List<String> arms, int seeds, Budget budget, String twins, double allowedLoss, Networks networks)
        implements Serializable {
    public EvaluationConfig {
        arms = arms.stream().distinct().toList();
    }

    /** TorchScript files that measure generated images, each empty for none; {@code size} in pixels. */
    public record Networks(String features, String classes, String distances, int size) implements Serializable {
        public boolean none() {
            return features.isEmpty() && classes.isEmpty() && distances.isEmpty();
        }

        private static Networks of(Config block) {
            return new Networks(
                    block.getString("features"),
                    block.getString("classes"),
                    block.getString("distances"),
                    block.getInt("size"));
        }
    }

    static EvaluationConfig of(Config block) {
        return new EvaluationConfig(
                block.getStringList("arms"),
                block.getInt("seeds"),
                Budget.of(block),
                block.getString("twins"),
                block.getDouble("allowed-loss"),
                Networks.of(block.getConfig("networks")));
    }

    /**
     * The budget that every arm gets alike.
     *
     * @param size side of the square images, in pixels
     * @param channels 1 for grey or 3 for color
     * @param width channels of the detector's finest level
     * @param steps updates of the segmentation network
     * @param batchSize half of it defect-free images, half defects
     * @param learningRate of the first step; it falls to 0 along a cosine
     * @param pairsPerDefect pairs made, or taken from a run, for each defect type
     * @param classifierSteps updates of the classifier; 0 trains none
     */
    public record Budget(
            int size,
            int channels,
            int width,
            int steps,
            int batchSize,
            double learningRate,
            int pairsPerDefect,
            int classifierSteps)
            implements Serializable {
        private static Budget of(Config block) {
            return new Budget(
                    block.getInt("size"),
                    block.getInt("channels"),
                    block.getInt("width"),
                    block.getInt("steps"),
                    block.getInt("batch-size"),
                    block.getDouble("learning-rate"),
                    block.getInt("pairs-per-defect"),
                    block.getInt("classifier-steps"));
        }

        /** Images of a batch that have a defect. */
        public int defects() {
            return batchSize / 2;
        }

        public SegmentationNetwork.Config network() {
            return new SegmentationNetwork.Config(
                    size, channels, List.of(width, 2 * width, 4 * width, 8 * width, 12 * width));
        }

        public Classifier.Config classifier(int classes) {
            return new Classifier.Config(size, channels, classes, width, List.of(3, 4, 6, 3));
        }

        public DetectorTraining training(long seed) {
            return new DetectorTraining(steps, learningRate, seed);
        }

        public DetectorTraining classifierTraining(long seed) {
            return new DetectorTraining(classifierSteps, learningRate, seed);
        }
    }
}
