package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.dualanodiff.model.detector.NetworkTensors.ConvolutionNorm;
import org.dualanodiff.model.detector.NetworkTensors.Role;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.TrainingListener;

/**
 * A segmentation network: an image to a map of how sure it is, at each pixel, that there is a defect. The same image gives
 * the same map whatever other images go with it. Any number of threads may ask.
 *
 * <p>It is trained from random weights by the focal loss and dice losses of the batch and of each defective image, so that small
 * defects count beside large ones; DRAEM (Zavrtanik et al. 2021) trains its localization network with the focal loss alone.
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
     * @param images {@code (rows, channels, size, size)}, levels as {@link DetectorPair} says
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
        training.run(network.tensors, step -> network.loss(batches.apply(step)), listener);
        return network;
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
     * @param images of the network's size and channels
     * @return {@code (size, size)} each, from 0 to 1
     */
    public List<float[]> maps(List<Image> images) {
        return NetworkTensors.answers(images, (input, rows) -> DetectorOperators.sigmoid(forward(input, rows, false)));
    }

    /** How many numbers were learned. */
    long parameters() {
        return tensors.parameters();
    }

    @Override
    public void close() {
        tensors.close();
    }

    /**
     * The layers of the segmentation network: (N, C, H, W) -> logits (N, 1, H, W). Encoder levels of two convolutions each with
     * max-pools between; each decoder level maps to the width of the level above, doubles the size, joins the encoder's
     * features and convolves once.
     */
    static final class SegmentationUNet {

        private final List<EncoderLevel> encoder = new ArrayList<>();
        private final List<DecoderLevel> decoder = new ArrayList<>();
        private final Pointwise head;

        SegmentationUNet(SegmentationNetwork.Config config, NetworkTensors tensors) {
            List<Integer> widths = config.widths();
            int in = config.channels();
            for (int level = 0; level < widths.size(); level++) {
                encoder.add(new EncoderLevel(tensors, "encoder." + level + ".", in, widths.get(level)));
                in = widths.get(level);
            }
            for (int level = widths.size() - 2; level >= 0; level--) {
                decoder.add(
                        new DecoderLevel(tensors, "decoder." + level + ".", widths.get(level + 1), widths.get(level)));
            }
            head = new Pointwise(tensors, "head", widths.get(0), 1);
        }

        /** @param training whether batch normalization uses the batch's own mean and variance, and learns them */
        NDArray forward(NDArray x, boolean training) {
            try (TensorScope scope = TensorScope.open()) {
                List<NDArray> features = new ArrayList<>();
                for (EncoderLevel level : encoder) {
                    NDArray input = features.isEmpty() ? x : DetectorOperators.maxPool(last(features), 2, 2, 0);
                    features.add(level.forward(input, training));
                }
                NDArray y = last(features);
                for (int i = 0; i < decoder.size(); i++) {
                    y = decoder.get(i).forward(y, features.get(decoder.size() - 1 - i), training);
                }
                return scope.release(head.forward(y));
            }
        }

        private static NDArray last(List<NDArray> features) {
            return features.get(features.size() - 1);
        }

        private static final class EncoderLevel {
            private final ConvolutionNorm first;
            private final ConvolutionNorm second;

            EncoderLevel(NetworkTensors tensors, String prefix, int in, int out) {
                first = ConvolutionNorm.numbered(tensors, prefix, 1, in, out, 3, 1);
                second = ConvolutionNorm.numbered(tensors, prefix, 2, out, out, 3, 1);
            }

            NDArray forward(NDArray x, boolean training) {
                return second.forwardRelu(first.forwardRelu(x, training), training);
            }
        }

        private static final class DecoderLevel {
            private final Pointwise narrow;
            private final ConvolutionNorm convolution;

            DecoderLevel(NetworkTensors tensors, String prefix, int below, int width) {
                narrow = new Pointwise(tensors, prefix + "narrow", below, width);
                convolution = ConvolutionNorm.numbered(tensors, prefix, 1, 2 * width, width, 3, 1);
            }

            NDArray forward(NDArray x, NDArray skip, boolean training) {
                long[] shape = Tensors.shape(skip);
                NDArray larger = DetectorOperators.resizeBilinear(narrow.forward(x), shape[2], shape[3]);
                return convolution.forwardRelu(Operators.concat(List.of(larger, skip), 1), training);
            }
        }

        private record Pointwise(NDArray weight, NDArray bias) {
            Pointwise(NetworkTensors tensors, String name, int in, int out) {
                this(
                        tensors.learned(name + ".weight", Role.WEIGHT, in, out, in, 1, 1),
                        tensors.learned(name + ".bias", Role.WEIGHT, in, out));
            }

            NDArray forward(NDArray x) {
                return DetectorOperators.pointwise(x, weight, bias);
            }
        }
    }
}
