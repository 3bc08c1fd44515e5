package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.ResnetBlock;
import org.dualanodiff.model.nn.SpatialTransformer;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * The blocks of the U-Net as stages: on the way down ({@code CrossAttnDownBlock2D}, {@code DownBlock2D}), in the middle
 * ({@code UNetMidBlock2DCrossAttn}) and on the way up ({@code CrossAttnUpBlock2D}, {@code UpBlock2D}).
 */
final class UNetBlocks {

    private UNetBlocks() {}

    /** Layers, then half the resolution except at the last level. */
    static List<UNetStage> down(Weights weights, UNetConfig config, int level) {
        String name = "down_block." + level;
        int out = config.blockOutChannels().get(level);
        int in = level == 0 ? out : config.blockOutChannels().get(level - 1);
        List<UNetStage> stages = new ArrayList<>();
        for (int i = 0; i < config.layersPerBlock().get(level); i++) {
            boolean attention = config.downAttention().get(level);
            stages.add(Layer.load(weights, name, i, config, level, i == 0 ? in : out, attention)
                    .down());
        }
        if (level < config.levels() - 1) {
            stages.add(downsample(weights, name, out, config.downsamplePadding()));
        }
        stages.add(stages.remove(stages.size() - 1).endOf(name));
        return stages;
    }

    private static UNetStage downsample(Weights weights, String name, int channels, int padding) {
        Convolution half = Convolution.threeByThree(weights.at("downsamplers.0.conv"), channels, channels, 2, padding);
        return new UNetStage(name + ".downsample", UNetStage.Skip.PUSH, List.of(), (x, skip, size, pass) -> {
            try (TensorScope scope = TensorScope.open()) {
                // As in diffusers, 0 stands for the autoencoder's padding, not for none.
                return scope.release(half.forward(padding == 0 ? Operators.padRightBottom(x) : x));
            }
        });
    }

    /** ResNet, transformer, ResNet at the coarsest resolution. */
    static UNetStage mid(Weights weights, UNetConfig config) {
        int level = config.levels() - 1;
        int channels = config.blockOutChannels().get(level);
        ResnetBlock.Shape shape = resnetShape(config, channels, channels, config.midBlockScaleFactor());
        ResnetBlock first = ResnetBlock.load(weights.at("resnets.0"), shape);
        SpatialTransformer transformer =
                SpatialTransformer.load(weights.at("attentions.0"), transformerShape(config, level));
        ResnetBlock second = ResnetBlock.load(weights.at("resnets.1"), shape);
        List<Attention> attentions = transformer.attentions().toList();
        return new UNetStage("mid_block", UNetStage.Skip.NONE, attentions, (x, skip, size, pass) -> {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = transformer.forward(first.forward(x, pass.time()), pass.text(), pass.processor());
                return scope.release(second.forward(h, pass.time()));
            }
        });
    }

    /** One layer more than on the way down, each fed with a skip connection, then twice the resolution except at the last block. */
    static List<UNetStage> up(Weights weights, UNetConfig config, int index) {
        String name = "up_block." + index;
        int level = config.levels() - 1 - index;
        boolean attention = config.upAttention().get(index);
        List<UNetStage> stages = new ArrayList<>();
        for (int i = 0; i <= config.layersPerBlock().get(level); i++) {
            int in = inputChannels(config, level, i);
            stages.add(
                    Layer.load(weights, name, i, config, level, in, attention).up());
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

    private static ResnetBlock.Shape resnetShape(UNetConfig config, int in, int out, double outputScale) {
        return new ResnetBlock.Shape(
                in, out, config.timeEmbeddingDim(), config.normNumGroups(), config.normEps(), outputScale);
    }

    private static SpatialTransformer.Shape transformerShape(UNetConfig config, int level) {
        return new SpatialTransformer.Shape(
                config.blockOutChannels().get(level),
                config.attentionHeads().get(level),
                config.transformerLayers(),
                config.crossAttentionDim(),
                config.normNumGroups(),
                config.useLinearProjection());
    }

    /** One ResNet block and, at levels that look at the text, one transformer behind it. */
    private record Layer(String block, int index, ResnetBlock resnet, SpatialTransformer transformer) {

        /**
         * @param block its name, such as {@code down_block.0}
         * @param level the resolution level, 0 the finest
         * @param in channels of the input, skip connection included
         */
        static Layer load(
                Weights weights, String block, int index, UNetConfig config, int level, int in, boolean attention) {
            int out = config.blockOutChannels().get(level);
            ResnetBlock resnet = ResnetBlock.load(weights.at("resnets." + index), resnetShape(config, in, out, 1));
            SpatialTransformer transformer = attention
                    ? SpatialTransformer.load(weights.at("attentions." + index), transformerShape(config, level))
                    : null;
            return new Layer(block, index, resnet, transformer);
        }

        /** On the way down: the output is kept for the way up. */
        UNetStage down() {
            return new UNetStage(name(), UNetStage.Skip.PUSH, attentions(), (x, skip, size, pass) -> forward(x, pass));
        }

        /** On the way up: the input is joined with what was kept on the way down. */
        UNetStage up() {
            return new UNetStage(name(), UNetStage.Skip.POP, attentions(), (x, skip, size, pass) -> {
                try (TensorScope scope = TensorScope.open()) {
                    return scope.release(attended(joined(x, pass.processor().spread(skip, x), pass), pass));
                }
            });
        }

        private NDArray joined(NDArray x, NDArray kept, UNetStage.Pass pass) {
            try (TensorScope scope = TensorScope.open()) {
                return scope.release(resnet.forward(Operators.concat(List.of(x, kept), 1), pass.time()));
            }
        }

        private String name() {
            return block + ".layer." + index;
        }

        private List<Attention> attentions() {
            return transformer == null ? List.of() : transformer.attentions().toList();
        }

        private NDArray forward(NDArray x, UNetStage.Pass pass) {
            try (TensorScope scope = TensorScope.open()) {
                return scope.release(attended(resnet.forward(x, pass.time()), pass));
            }
        }

        private NDArray attended(NDArray h, UNetStage.Pass pass) {
            pass.listener().features(block + ".resnet." + index, h);
            if (transformer == null) {
                return h;
            }
            NDArray attended = transformer.forward(h, pass.text(), pass.processor());
            pass.listener().features(block + ".attention." + index, attended);
            return attended;
        }
    }
}
