package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.stream.Stream;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.ResnetBlock;
import org.dualanodiff.model.nn.SpatialTransformer;
import org.dualanodiff.model.nn.Weights;

/** {@code UNetMidBlock2DCrossAttn}: ResNet, transformer, ResNet at the coarsest resolution. */
final class MidBlock {

    private final ResnetBlock first;
    private final SpatialTransformer transformer;
    private final ResnetBlock second;

    private MidBlock(Weights weights, UNetConfig config) {
        int level = config.levels() - 1;
        int channels = config.blockOutChannels().get(level);
        ResnetBlock.Shape shape = UNetLayer.resnet(config, channels, channels, config.midBlockScaleFactor());
        first = ResnetBlock.load(weights.at("resnets.0"), shape);
        transformer = SpatialTransformer.load(weights.at("attentions.0"), UNetLayer.transformer(config, level));
        second = ResnetBlock.load(weights.at("resnets.1"), shape);
    }

    static MidBlock load(Weights weights, UNetConfig config) {
        return new MidBlock(weights, config);
    }

    Stream<Attention> attentions() {
        return transformer.attentions();
    }

    NDArray forward(NDArray x, UNetPass pass) {
        NDArray h = transformer.forward(first.forward(x, pass.time()), pass.text(), pass.processor());
        return pass.seen("mid_block", second.forward(h, pass.time()));
    }
}
