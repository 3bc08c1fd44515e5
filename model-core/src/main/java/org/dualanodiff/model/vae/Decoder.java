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
import org.dualanodiff.model.torch.Tensors;

/** Latents (N, C, h, w) -> pixels (N, 3, h f, w f). */
final class Decoder {

    private final Convolution in;
    private final MidBlock mid;
    private final List<Level> levels = new ArrayList<>();
    private final GroupNorm outNorm;
    private final Convolution out;

    private Decoder(Weights weights, KlAutoencoderConfig config) {
        List<Integer> channels = config.blockOutChannels();
        int count = channels.size();
        int coarsest = channels.get(count - 1);
        in = Convolution.threeByThree(weights.at("conv_in"), config.latentChannels(), coarsest);
        mid = MidBlock.load(weights.at("mid_block"), coarsest, config.normNumGroups());
        for (int index = 0; index < count; index++) {
            levels.add(Level.load(weights.at("up_blocks." + index), config, count - 1 - index));
        }
        outNorm =
                GroupNorm.load(weights.at("conv_norm_out"), channels.get(0), config.normNumGroups(), MidBlock.EPSILON);
        out = Convolution.threeByThree(weights.at("conv_out"), channels.get(0), config.outChannels());
    }

    static Decoder load(Weights weights, KlAutoencoderConfig config) {
        return new Decoder(weights, config);
    }

    NDArray forward(NDArray latents) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray h = mid.forward(in.forward(latents));
            for (Level level : levels) {
                h = level.forward(h);
            }
            return scope.release(out.forward(Operators.silu(outNorm.forward(h))));
        }
    }

    private record Level(List<ResnetBlock> resnets, Convolution upsample) {

        /** @param level 0 the finest */
        static Level load(Weights weights, KlAutoencoderConfig config, int level) {
            List<Integer> channels = config.blockOutChannels();
            int out = channels.get(level);
            int in = channels.get(Math.min(level + 1, channels.size() - 1));
            return new Level(
                    MidBlock.resnets(weights, config.layersPerBlock() + 1, in, out, config.normNumGroups()),
                    level == 0 ? null : Convolution.threeByThree(weights.at("upsamplers.0.conv"), out, out));
        }

        NDArray forward(NDArray x) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = x;
                for (ResnetBlock resnet : resnets) {
                    h = resnet.forward(h, null);
                }
                return scope.release(upsample == null ? h : upsample.forward(doubled(h)));
            }
        }

        private static NDArray doubled(NDArray h) {
            long[] shape = Tensors.shape(h);
            return Operators.resizeNearest(h, 2 * shape[2], 2 * shape[3]);
        }
    }
}
