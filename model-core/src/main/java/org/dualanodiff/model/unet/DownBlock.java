package org.dualanodiff.model.unet;

import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.Weights;

/** {@code CrossAttnDownBlock2D} or {@code DownBlock2D}: layers, then half the resolution except at the last level. */
final class DownBlock {

    private DownBlock() {}

    static List<UNetStage> stages(Weights weights, UNetConfig config, int level) {
        String name = "down_block." + level;
        int out = config.blockOutChannels().get(level);
        int in = level == 0 ? out : config.blockOutChannels().get(level - 1);
        List<UNetStage> stages = new ArrayList<>();
        for (int i = 0; i < config.layersPerBlock().get(level); i++) {
            boolean attention = config.downAttention().get(level);
            stages.add(UNetLayer.load(weights, name, i, config, level, i == 0 ? in : out, attention)
                    .down());
        }
        if (level < config.levels() - 1) {
            Convolution half = Convolution.threeByThree(
                    weights.at("downsamplers.0.conv"), out, out, 2, config.downsamplePadding());
            stages.add(new UNetStage(
                    name + ".downsample", UNetStage.Skip.PUSH, List.of(), (x, skip, size, pass) -> half.forward(x)));
        }
        stages.add(stages.remove(stages.size() - 1).endOf(name));
        return stages;
    }
}
