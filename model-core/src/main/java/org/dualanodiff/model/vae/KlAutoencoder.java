package org.dualanodiff.model.vae;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.GroupNorm;
import org.dualanodiff.model.nn.Linear;
import org.dualanodiff.model.nn.ResnetBlock;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/** The frozen KL autoencoder of Stable Diffusion (diffusers' {@code AutoencoderKL}). */
final class KlAutoencoder implements Autoencoder {

    private static final double EPSILON = 1e-6;

    private final KlAutoencoderConfig config;
    private final Encoder encoder;
    private final Convolution toMoments;
    private final Convolution fromLatents;
    private final Decoder decoder;

    KlAutoencoder(KlAutoencoderConfig config, Weights weights) {
        int latent = config.latentChannels();
        this.config = config;
        encoder = new Encoder(weights.at("encoder"), config);
        toMoments = Convolution.pointwise(weights.at("quant_conv"), 2 * latent, 2 * latent);
        fromLatents = Convolution.pointwise(weights.at("post_quant_conv"), latent, latent);
        decoder = new Decoder(weights.at("decoder"), config);
    }

    @Override
    public KlAutoencoderConfig config() {
        return config;
    }

    @Override
    public Posterior encode(NDArray pixels) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray moments = toMoments.forward(encoder.forward(pixels));
            int latent = config.latentChannels();
            NDArray mean = Operators.copy(Operators.narrow(moments, 1, 0, latent));
            NDArray logVariance = Operators.narrow(moments, 1, latent, latent);
            NDArray clamped = Operators.clamp(logVariance, MIN_LOG_VARIANCE, MAX_LOG_VARIANCE);
            return new Posterior(scope.release(mean), scope.release(clamped));
        }
    }

    @Override
    public NDArray decode(NDArray latents) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(decoder.forward(fromLatents.forward(latents)));
        }
    }

    /** Pixels (N, 3, H, W) -> moments (N, 2 C, H/f, W/f) before the last pointwise convolution. */
    private static final class Encoder {

        private final Convolution in;
        private final List<Level> levels = new ArrayList<>();
        private final MidBlock mid;
        private final GroupNorm outNorm;
        private final Convolution out;

        Encoder(Weights weights, KlAutoencoderConfig config) {
            List<Integer> channels = config.blockOutChannels();
            int last = config.levels() - 1;
            in = Convolution.threeByThree(weights.at("conv_in"), config.inChannels(), channels.get(0));
            for (int level = 0; level <= last; level++) {
                Weights block = weights.at("down_blocks." + level);
                int from = channels.get(Math.max(level - 1, 0));
                levels.add(new Level(
                        resnets(block, config.layersPerBlock(), from, channels.get(level), config.normNumGroups()),
                        level == last ? UnaryOperator.identity() : halving(block, channels.get(level))));
            }
            mid = new MidBlock(weights.at("mid_block"), channels.get(last), config.normNumGroups());
            outNorm = GroupNorm.load(weights.at("conv_norm_out"), channels.get(last), config.normNumGroups(), EPSILON);
            out = Convolution.threeByThree(weights.at("conv_out"), channels.get(last), 2 * config.latentChannels());
        }

        private static UnaryOperator<NDArray> halving(Weights block, int width) {
            Convolution half = Convolution.threeByThree(block.at("downsamplers.0.conv"), width, width, 2, 0);
            return h -> half.forward(Operators.padRightBottom(h));
        }

        NDArray forward(NDArray pixels) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = in.forward(pixels);
                for (Level level : levels) {
                    h = level.forward(h);
                }
                return scope.release(outNorm.thenConvolve(mid.forward(h), out));
            }
        }
    }

    /** Latents (N, C, h, w) -> pixels (N, 3, h f, w f). */
    static final class Decoder {

        private final Convolution in;
        private final MidBlock mid;
        private final List<Level> levels = new ArrayList<>();
        private final GroupNorm outNorm;
        private final Convolution out;

        Decoder(Weights weights, KlAutoencoderConfig config) {
            List<Integer> channels = config.blockOutChannels();
            int last = config.levels() - 1;
            in = Convolution.threeByThree(weights.at("conv_in"), config.latentChannels(), channels.get(last));
            mid = new MidBlock(weights.at("mid_block"), channels.get(last), config.normNumGroups());
            for (int level = last; level >= 0; level--) {
                Weights block = weights.at("up_blocks." + (last - level));
                int from = channels.get(Math.min(level + 1, last));
                levels.add(new Level(
                        resnets(block, config.layersPerBlock() + 1, from, channels.get(level), config.normNumGroups()),
                        level == 0 ? UnaryOperator.identity() : doubling(block, channels.get(level))));
            }
            outNorm = GroupNorm.load(weights.at("conv_norm_out"), channels.get(0), config.normNumGroups(), EPSILON);
            out = Convolution.threeByThree(weights.at("conv_out"), channels.get(0), config.outChannels());
        }

        private static UnaryOperator<NDArray> doubling(Weights block, int width) {
            Convolution convolution = Convolution.threeByThree(block.at("upsamplers.0.conv"), width, width);
            return h -> {
                long[] shape = Tensors.shape(h);
                return convolution.forward(Operators.resizeNearest(h, 2 * shape[2], 2 * shape[3]));
            };
        }

        NDArray forward(NDArray latents) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = mid.forward(in.forward(latents));
                for (Level level : levels) {
                    h = level.forward(h);
                }
                return scope.release(outNorm.thenConvolve(h, out));
            }
        }
    }

    /** One resolution: ResNet blocks, then the step to the next resolution, if there is one. */
    private record Level(List<ResnetBlock> resnets, UnaryOperator<NDArray> resample) {

        NDArray forward(NDArray x) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = x;
                for (ResnetBlock resnet : resnets) {
                    h = resnet.forward(h, null);
                }
                return scope.release(resample.apply(h));
            }
        }
    }

    /** The first takes {@code in} channels, all give {@code out}. */
    private static List<ResnetBlock> resnets(Weights weights, int count, int in, int out, int groups) {
        return IntStream.range(0, count)
                .mapToObj(i -> ResnetBlock.load(
                        weights.at("resnets." + i), ResnetBlock.Shape.withoutTime(i == 0 ? in : out, out, groups)))
                .toList();
    }

    /** ResNet, one-head self-attention over all positions, ResNet. */
    private static final class MidBlock {

        private final ResnetBlock first;
        private final GroupNorm norm;
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear out;
        private final ResnetBlock second;

        MidBlock(Weights weights, int channels, int groups) {
            ResnetBlock.Shape shape = ResnetBlock.Shape.withoutTime(channels, channels, groups);
            Weights attention = weights.at("attentions.0");
            first = ResnetBlock.load(weights.at("resnets.0"), shape);
            norm = GroupNorm.load(attention.at("group_norm"), channels, groups, EPSILON);
            query = Linear.load(attention.at("to_q"), channels, channels);
            key = Linear.load(attention.at("to_k"), channels, channels);
            value = Linear.load(attention.at("to_v"), channels, channels);
            out = Linear.load(attention.at("to_out.0"), channels, channels);
            second = ResnetBlock.load(weights.at("resnets.1"), shape);
        }

        NDArray forward(NDArray x) {
            try (TensorScope scope = TensorScope.open()) {
                return scope.release(second.forward(attend(first.forward(x, null)), null));
            }
        }

        private NDArray attend(NDArray x) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = Operators.positionsThenChannels(norm.forward(x));
                NDArray mixed = Operators.attention(query.forward(h), key.forward(h), value.forward(h), 1);
                long[] shape = Tensors.shape(x);
                NDArray image = Operators.channelsThenPositions(out.forward(mixed), shape[2], shape[3]);
                return scope.release(Operators.add(x, image));
            }
        }
    }
}
