package org.dualanodiff.model.vae;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.GroupNorm;
import org.dualanodiff.model.nn.ResnetBlock;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/** Pixels (N, 3, H, W) -> moments (N, 2 C, H/f, W/f) before the last pointwise convolution. */
final class Encoder {

    private final Convolution in;
    private final List<Level> levels = new ArrayList<>();
    private final MidBlock mid;
    private final GroupNorm outNorm;
    private final Convolution out;

    private Encoder(Weights weights, KlAutoencoderConfig config) {
        List<Integer> channels = config.blockOutChannels();
        in = Convolution.threeByThree(weights.at("conv_in"), config.inChannels(), channels.get(0));
        for (int level = 0; level < channels.size(); level++) {
            levels.add(Level.load(weights.at("down_blocks." + level), config, level));
        }
        int last = channels.get(channels.size() - 1);
        mid = MidBlock.load(weights.at("mid_block"), last, config.normNumGroups());
        outNorm = GroupNorm.load(weights.at("conv_norm_out"), last, config.normNumGroups(), MidBlock.EPSILON);
        out = Convolution.threeByThree(weights.at("conv_out"), last, 2 * config.latentChannels());
    }

    static Encoder load(Weights weights, KlAutoencoderConfig config) {
        return new Encoder(weights, config);
    }

    NDArray forward(NDArray pixels) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray h = in.forward(pixels);
            for (Level level : levels) {
                h = level.forward(h);
            }
            return scope.release(out.forward(Operators.silu(outNorm.forward(mid.forward(h)))));
        }
    }

    private record Level(List<ResnetBlock> resnets, Convolution downsample) {

        static Level load(Weights weights, KlAutoencoderConfig config, int level) {
            List<Integer> channels = config.blockOutChannels();
            int out = channels.get(level);
            int in = channels.get(Math.max(level - 1, 0));
            boolean last = level == channels.size() - 1;
            return new Level(
                    MidBlock.resnets(weights, config.layersPerBlock(), in, out, config.normNumGroups()),
                    last ? null : Convolution.threeByThree(weights.at("downsamplers.0.conv"), out, out, 2, 0));
        }

        NDArray forward(NDArray x) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = x;
                for (ResnetBlock resnet : resnets) {
                    h = resnet.forward(h, null);
                }
                return scope.release(downsample == null ? h : downsample.forward(Operators.padRightBottom(h)));
            }
        }
    }
}
