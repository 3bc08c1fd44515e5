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
}
