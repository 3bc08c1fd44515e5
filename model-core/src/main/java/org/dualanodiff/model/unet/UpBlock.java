package org.dualanodiff.model.unet;

import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * {@code CrossAttnUpBlock2D} or {@code UpBlock2D}: one layer more than on the way down, each fed with a
 * skip connection, then twice the resolution except at the last block.
 */
final class UpBlock {

    private UpBlock() {}

    static List<UNetStage> stages(Weights weights, UNetConfig config, int index) {
        String name = "up_block." + index;
        int level = config.levels() - 1 - index;
        boolean attention = config.upAttention().get(index);
        List<UNetStage> stages = new ArrayList<>();
        for (int i = 0; i <= config.layersPerBlock().get(level); i++) {
            int in = inputChannels(config, level, i);
            stages.add(UNetLayer.load(weights, name, i, config, level, in, attention)
                    .up());
        }
        if (level > 0) {
            stages.add(upsample(weights, name, config.blockOutChannels().get(level)));
        }
        stages.add(stages.remove(stages.size() - 1).endOf(name));
        return stages;
    }

    /** Nearest-neighbour to the size of the next skip connection, since odd sizes do not double exactly; then a convolution. */
    private static UNetStage upsample(Weights weights, String name, int channels) {
        Convolution convolution = Convolution.threeByThree(weights.at("upsamplers.0.conv"), channels, channels);
        return new UNetStage(name + ".upsample", UNetStage.Skip.MATCH_SIZE, List.of(), (x, skip, size, pass) -> {
            try (TensorScope scope = TensorScope.open()) {
                return scope.release(convolution.forward(Operators.resizeNearest(x, size[0], size[1])));
            }
        });
    }

    /** Channels coming up, plus those of the skip connection, which layers of this level or of the finer one made. */
    private static int inputChannels(UNetConfig config, int level, int layer) {
        List<Integer> channels = config.blockOutChannels();
        int coarser = channels.get(Math.min(level + 1, config.levels() - 1));
        int finer = channels.get(Math.max(level - 1, 0));
        boolean last = layer == config.layersPerBlock().get(level);
        return (layer == 0 ? coarser : channels.get(level)) + (last ? finer : channels.get(level));
    }
}
