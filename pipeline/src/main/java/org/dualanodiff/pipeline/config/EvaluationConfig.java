package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.List;

/**
 * How the question is answered whether generated pairs help: the block {@code evaluate}.
 *
 * @param channels 1 for grey or 3 for color
 * @param allowedLoss in pixel AP, 0 to 1
 */
public record EvaluationConfig(
        List<String> arms,
        int seeds,
        int size,
        int channels,
        int width,
        int steps,
        int batchSize,
        double learningRate,
        int pairsPerDefect,
        int classifierSteps,
        String twins,
        double allowedLoss,
        Networks networks)
        implements Serializable {
    public EvaluationConfig {
        arms = List.copyOf(arms);
    }

    /** TorchScript files that measure generated images, each empty for none; {@code size} in pixels. */
    public record Networks(String features, String classes, String distances, int size) implements Serializable {
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
                block.getInt("size"),
                block.getInt("channels"),
                block.getInt("width"),
                block.getInt("steps"),
                block.getInt("batch-size"),
                block.getDouble("learning-rate"),
                block.getInt("pairs-per-defect"),
                block.getInt("classifier-steps"),
                block.getString("twins"),
                block.getDouble("allowed-loss"),
                Networks.of(block.getConfig("networks")));
    }
}
