package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.ResnetBlock;
import org.dualanodiff.model.nn.SpatialTransformer;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.TensorScope;

/** {@code UNetMidBlock2DCrossAttn}: ResNet, transformer, ResNet at the coarsest resolution. */
final class MidBlock {

    private MidBlock() {}

    static UNetStage stage(Weights weights, UNetConfig config) {
        int level = config.levels() - 1;
        int channels = config.blockOutChannels().get(level);
        ResnetBlock.Shape shape = UNetLayer.resnet(config, channels, channels, config.midBlockScaleFactor());
        ResnetBlock first = ResnetBlock.load(weights.at("resnets.0"), shape);
        SpatialTransformer transformer =
                SpatialTransformer.load(weights.at("attentions.0"), UNetLayer.transformer(config, level));
        ResnetBlock second = ResnetBlock.load(weights.at("resnets.1"), shape);
        List<Attention> attentions = transformer.attentions().toList();
        return new UNetStage("mid_block", UNetStage.Skip.NONE, attentions, (x, skip, size, pass) -> {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = transformer.forward(first.forward(x, pass.time()), pass.text(), pass.processor());
                return scope.release(second.forward(h, pass.time()));
            }
        });
    }
}
