package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.TrainingListener;

/**
 * Trains a segmentation network from random weights, by the focal loss and one dice loss over the batch; DRAEM (Zavrtanik
 * et al. 2021) trains its localization network with the focal loss alone.
 */
public final class SegmentationTrainer {

    private SegmentationTrainer() {}

    /**
     * @param compute in bf16 the activations are bf16; weights, losses and updates stay fp32
     * @param source gives (rows, channels, size, size) images as the configuration says
     * @return what the last step left; the caller closes it
     */
    public static SegmentationNetwork train(
            SegmentationConfig config,
            DetectorTraining training,
            Compute compute,
            BatchSource<SegmentationBatch> source,
            TrainingListener listener) {
        SegmentationNetwork network = new SegmentationNetwork(config, FirstValues.drawn(training.seed()), compute);
        try {
            new TrainingLoop(network.tensors(), training, listener).run(step -> loss(network, source.batch(step)));
            return network;
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    private static NDArray loss(SegmentationNetwork network, SegmentationBatch batch) {
        int size = network.config().size();
        NDArray logits = network.trainingLogits(batch);
        NDArray masks = Tensors.of(batch.masks(), network.tensors().device(), batch.rows(), 1, size, size);
        return DetectorOperators.focalDice(logits, masks);
    }
}
