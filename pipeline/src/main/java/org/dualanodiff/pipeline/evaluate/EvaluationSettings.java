package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.List;
import org.dualanodiff.model.detector.Classifier;
import org.dualanodiff.model.detector.DetectorTraining;
import org.dualanodiff.model.detector.SegmentationNetwork;

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
public record EvaluationSettings(
        int size,
        int channels,
        int width,
        int steps,
        int batchSize,
        double learningRate,
        int pairsPerDefect,
        int classifierSteps)
        implements Serializable {

    SegmentationNetwork.Config network() {
        return new SegmentationNetwork.Config(size, channels, List.of(width, 2 * width, 4 * width, 8 * width, 12 * width));
    }

    Classifier.Config classifier(int classes) {
        return new Classifier.Config(size, channels, classes, width, List.of(3, 4, 6, 3));
    }

    DetectorTraining training(long seed) {
        return new DetectorTraining(steps, learningRate, seed);
    }

    DetectorTraining classifierTraining(long seed) {
        return new DetectorTraining(classifierSteps, learningRate, seed);
    }
}
