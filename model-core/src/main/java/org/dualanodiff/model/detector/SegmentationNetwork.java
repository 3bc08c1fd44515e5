package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.io.Serializable;
import java.util.List;
import java.util.function.IntFunction;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.TrainingListener;

/**
 * A segmentation network: an image to a map of how sure it is, at each pixel, that there is a defect. The same image gives
 * the same map whatever other images go with it. Any number of threads may ask.
 *
 * <p>It is trained from random weights by the focal loss and one dice loss over the batch; DRAEM (Zavrtanik et al. 2021)
 * trains its localization network with the focal loss alone.
 */
public final class SegmentationNetwork implements AutoCloseable {

    private final Config config;
    private final NetworkTensors tensors;
    private final SegmentationUNet layers;

    /**
     * The shape of a segmentation U-Net.
     *
     * @param size side of the square input, in pixels; the pools halve it between any two levels
     * @param channels 1 for grey or 3 for color
     * @param widths channels of each level of the encoder, the finest first
     */
    public record Config(int size, int channels, List<Integer> widths) implements Serializable {
        public Config {
            widths = List.copyOf(widths);
            if (widths.isEmpty() || widths.stream().anyMatch(width -> width < 1)) {
                throw new IllegalArgumentException("A U-Net needs levels of positive width, was " + widths);
            }
            int factor = 1 << (widths.size() - 1);
            if (size < factor || size % factor != 0) {
                throw new IllegalArgumentException("The size must be a multiple of %d for a U-Net of %d levels, was %d"
                        .formatted(factor, widths.size(), size));
            }
            DetectorPair.requireChannels(channels);
        }
    }

    /**
     * Images and their masks, row after row.
     *
     * @param rows images in the batch
     * @param images {@code (rows, channels, size, size)}, see {@link DetectorPair#normalized}
     * @param masks {@code (rows, 1, size, size)}: 1 on the defect, else 0
     */
    public record Batch(int rows, float[] images, float[] masks) {}

    SegmentationNetwork(Config config, long seed, Compute compute) {
        this.config = config;
        this.tensors = new NetworkTensors(seed, compute);
        try (ConstructionScope parts = ConstructionScope.begin()) {
            this.layers = new SegmentationUNet(config, tensors);
            parts.finish();
        }
    }

    /**
     * @param compute in bf16 the activations are bf16; weights, losses and updates stay fp32
     * @param batches by step, from 1; the same step must give the same batch, or a training cannot be repeated
     * @return what the last step left; the caller closes it
     */
    public static SegmentationNetwork train(
            Config config,
            DetectorTraining training,
            Compute compute,
            IntFunction<Batch> batches,
            TrainingListener listener) {
        SegmentationNetwork network = new SegmentationNetwork(config, training.seed(), compute);
        try {
            training.run(network.tensors, step -> network.loss(batches.apply(step)), listener);
            return network;
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    private NDArray loss(Batch batch) {
        NDArray logits = forward(batch.images(), batch.rows(), true);
        NDArray masks = Tensors.of(batch.masks(), tensors.device(), batch.rows(), 1, config.size(), config.size());
        return DetectorOperators.focalDice(logits, masks);
    }

    /** Logits: (rows, 1, size, size). */
    private NDArray forward(float[] images, int rows, boolean training) {
        return layers.forward(tensors.input(images, rows, config.channels(), config.size()), training);
    }

    /**
     * The maps of some images.
     *
     * @param images {@code (channels, size, size)} each, see {@link DetectorPair#normalized}
     * @return {@code (size, size)} each, from 0 to 1
     */
    public List<float[]> maps(List<float[]> images) {
        if (images.isEmpty()) {
            return List.of();
        }
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray logits = forward(NetworkTensors.stacked(images), images.size(), false);
            return NetworkTensors.rows(Tensors.floats(DetectorOperators.sigmoid(logits)), images.size());
        }
    }

    /** How many numbers were learned. */
    long parameters() {
        return tensors.parameters();
    }

    @Override
    public void close() {
        tensors.close();
    }
}
