package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * {@code CrossAttnUpBlock2D} or {@code UpBlock2D}: one layer more than on the way down, each fed with a
 * skip connection, then twice the resolution except at the last block.
 */
final class UpBlock {

    private final String name;
    private final List<UNetLayer> layers;
    private final Convolution upsample;

    private UpBlock(Weights weights, UNetConfig config, int index) {
        int level = config.levels() - 1 - index;
        name = "up_block." + index;
        layers = IntStream.rangeClosed(0, config.layersPerBlock().get(level))
                .mapToObj(i -> UNetLayer.load(
                        weights,
                        i,
                        config,
                        level,
                        inputChannels(config, level, i),
                        config.upAttention().get(index)))
                .toList();
        int out = config.blockOutChannels().get(level);
        upsample = level == 0 ? null : Convolution.threeByThree(weights.at("upsamplers.0.conv"), out, out);
    }

    static UpBlock load(Weights weights, UNetConfig config, int index) {
        return new UpBlock(weights, config, index);
    }

    /** Channels coming up plus channels of the skip connection, which the layers of this level and the one before it made. */
    private static int inputChannels(UNetConfig config, int level, int layer) {
        List<Integer> channels = config.blockOutChannels();
        int coarser = channels.get(Math.min(level + 1, config.levels() - 1));
        int finer = channels.get(Math.max(level - 1, 0));
        boolean last = layer == config.layersPerBlock().get(level);
        return (layer == 0 ? coarser : channels.get(level)) + (last ? finer : channels.get(level));
    }

    Stream<Attention> attentions() {
        return layers.stream().flatMap(UNetLayer::attentions);
    }

    NDArray forward(NDArray x, UNetPass pass, Deque<NDArray> skips) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray h = x;
            for (UNetLayer layer : layers) {
                h = layer.forward(Operators.concat(List.of(h, skips.pop()), 1), pass, name);
            }
            return scope.release(pass.seen(name, upsample == null ? h : upsample.forward(resize(h, skips.peek()))));
        }
    }

    /** Nearest-neighbour to the size of the next skip connection: odd sizes do not double exactly. */
    private static NDArray resize(NDArray h, NDArray nextSkip) {
        long[] target = Tensors.shape(nextSkip);
        return Operators.resizeNearest(h, target[2], target[3]);
    }
}
