package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.detector.NetworkTensors.Role;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.DualOperators;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * The layers of the classifier: (N, C, H, W) -> logits (N, classes). With 64 channels and 3, 4, 6, 3 blocks it is ResNet-34,
 * and its tensors have torchvision's names.
 */
final class ResidualNetwork {

    private final ConvolutionNorm stem;
    private final List<BasicBlock> blocks = new ArrayList<>();
    private final NDArray weight;
    private final NDArray bias;

    ResidualNetwork(Classifier.Config config, NetworkTensors tensors) {
        stem = ConvolutionNorm.numbered(tensors, "", 1, config.channels(), config.width(), 7, 2);
        int in = config.width();
        for (int stage = 0; stage < config.blocks().size(); stage++) {
            int out = config.width() << stage;
            for (int block = 0; block < config.blocks().get(stage); block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                blocks.add(new BasicBlock(tensors, "layer%d.%d.".formatted(stage + 1, block), in, out, stride));
                in = out;
            }
        }
        weight = tensors.learned("fc.weight", Role.WEIGHT, in, config.classes(), in);
        bias = tensors.learned("fc.bias", Role.WEIGHT, in, config.classes());
    }

    NDArray forward(NDArray x, boolean training) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray y = DetectorOperators.maxPool(stem.forwardRelu(x, training), 3, 2, 1);
            for (BasicBlock block : blocks) {
                y = block.forward(y, training);
            }
            return scope.release(DualOperators.adapterLinear(DetectorOperators.meanOverPositions(y), weight, bias));
        }
    }

    private static final class BasicBlock {
        private final ConvolutionNorm first;
        private final ConvolutionNorm second;
        /** Null where the block keeps its input's shape. */
        private final ConvolutionNorm shortcut;

        BasicBlock(NetworkTensors tensors, String prefix, int in, int out, int stride) {
            first = ConvolutionNorm.numbered(tensors, prefix, 1, in, out, 3, stride);
            second = ConvolutionNorm.numbered(tensors, prefix, 2, out, out, 3, 1);
            shortcut = stride == 1 && in == out ? null : ConvolutionNorm.shortcut(tensors, prefix, in, out, stride);
        }

        NDArray forward(NDArray x, boolean training) {
            NDArray y = second.forward(first.forwardRelu(x, training), training);
            NDArray kept = shortcut == null ? x : shortcut.forward(x, training);
            return DetectorOperators.relu(Operators.add(y, kept));
        }
    }

    /**
     * A convolution without bias and its batch normalization: (N, in, H, W) -> (N, out, H', W'). Names in files are those of
     * torchvision: {@code convN.weight} and {@code bnN.{weight, bias, running_mean, running_var}}.
     */
    static final class ConvolutionNorm {

        private final NDArray weight;
        private final NDArray scale;
        private final NDArray shift;
        private final NDArray mean;
        private final NDArray variance;
        private final int stride;
        private final int padding;

        private ConvolutionNorm(
                NetworkTensors tensors, String convolution, String norm, int in, int out, int kernel, int stride) {
            weight = tensors.learned(convolution + ".weight", Role.WEIGHT, in * kernel * kernel, out, in, kernel, kernel);
            scale = tensors.learned(norm + ".weight", Role.ONES, 1, out);
            shift = tensors.learned(norm + ".bias", Role.ZEROS, 1, out);
            mean = tensors.statistic(norm + ".running_mean", Role.ZEROS, out);
            variance = tensors.statistic(norm + ".running_var", Role.ONES, out);
            this.stride = stride;
            this.padding = kernel / 2;
        }

        /** @param number of the two layers below {@code prefix}, from 1 */
        static ConvolutionNorm numbered(
                NetworkTensors tensors, String prefix, int number, int in, int out, int kernel, int stride) {
            return new ConvolutionNorm(tensors, prefix + "conv" + number, prefix + "bn" + number, in, out, kernel, stride);
        }

        /** The shortcut of a residual block that changes size, {@code downsample.0} and {@code downsample.1}. */
        static ConvolutionNorm shortcut(NetworkTensors tensors, String prefix, int in, int out, int stride) {
            return new ConvolutionNorm(tensors, prefix + "downsample.0", prefix + "downsample.1", in, out, 1, stride);
        }

        NDArray forward(NDArray x, boolean training) {
            return DetectorOperators.convolutionNorm(x, weight, scale, shift, mean, variance, stride, padding, training);
        }

        NDArray forwardRelu(NDArray x, boolean training) {
            return DetectorOperators.relu(forward(x, training));
        }
    }
}
