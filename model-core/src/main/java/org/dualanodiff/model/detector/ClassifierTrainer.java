package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.TrainingListener;

/** Trains a classifier of defect types from random weights, by cross entropy. */
public final class ClassifierTrainer {

    private ClassifierTrainer() {}

    /**
     * @param compute in bf16 the activations are bf16; weights, losses and updates stay fp32
     * @param source gives (rows, channels, size, size) images as the configuration says
     * @return what the last step left; the caller closes it
     */
    public static Classifier train(
            ClassifierConfig config,
            DetectorTraining training,
            Compute compute,
            BatchSource<ClassificationBatch> source,
            TrainingListener listener) {
        Classifier classifier = new Classifier(config, FirstValues.drawn(training.seed()), compute);
        try {
            new TrainingLoop(classifier.tensors(), training, listener)
                    .run(step -> loss(classifier, source.batch(step)));
            return classifier;
        } catch (RuntimeException | Error e) {
            classifier.close();
            throw e;
        }
    }

    private static NDArray loss(Classifier classifier, ClassificationBatch batch) {
        long[] labels = Arrays.stream(batch.labels()).asLongStream().toArray();
        NDArray logits = classifier.trainingLogits(batch);
        return DetectorOperators.crossEntropy(
                logits, Tensors.of(labels, classifier.tensors().device(), labels.length));
    }
}
