package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.Weights;

/** {@code CrossAttnDownBlock2D} or {@code DownBlock2D}: layers, then half the resolution except at the last level. */
final class DownBlock {

    private final String name;
    private final List<UNetLayer> layers;
    private final Convolution downsample;

    private DownBlock(Weights weights, UNetConfig config, int level) {
        int out = config.blockOutChannels().get(level);
        int in = level == 0 ? out : config.blockOutChannels().get(level - 1);
        name = "down_block." + level;
        layers = IntStream.range(0, config.layersPerBlock().get(level))
                .mapToObj(i -> UNetLayer.load(
                        weights,
                        i,
                        config,
                        level,
                        i == 0 ? in : out,
                        config.downAttention().get(level)))
                .toList();
        downsample = level == config.levels() - 1
                ? null
                : Convolution.threeByThree(weights.at("downsamplers.0.conv"), out, out, 2, config.downsamplePadding());
    }

    static DownBlock load(Weights weights, UNetConfig config, int level) {
        return new DownBlock(weights, config, level);
    }

    Stream<Attention> attentions() {
        return layers.stream().flatMap(UNetLayer::attentions);
    }

    /** Pushes the output of every layer, and of the down-sampling, onto {@code skips}. */
    NDArray forward(NDArray x, UNetPass pass, Deque<NDArray> skips) {
        NDArray h = x;
        for (UNetLayer layer : layers) {
            h = layer.forward(h, pass, name);
            skips.push(h);
        }
        if (downsample != null) {
            h = downsample.forward(h);
            skips.push(h);
        }
        return pass.seen(name, h);
    }
}
