package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.detector.NetworkTensors.Role;
import org.dualanodiff.model.detector.ResidualNetwork.ConvolutionNorm;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * The layers of the segmentation network: (N, C, H, W) -> logits (N, 1, H, W). Encoder levels of two convolutions each with
 * max-pools between; each decoder level maps to the width of the level above, doubles the size, joins the encoder's
 * features and convolves once.
 */
final class SegmentationUNet {

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
            decoder.add(new DecoderLevel(tensors, "decoder." + level + ".", widths.get(level + 1), widths.get(level)));
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
