package org.dualanodiff.model.vae;

import org.dualanodiff.model.nn.Linear;
import java.util.stream.IntStream;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.nn.ResnetBlock;
import org.dualanodiff.model.nn.GroupNorm;
import java.util.List;
import java.util.ArrayList;
import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/** The frozen KL autoencoder of Stable Diffusion (diffusers' {@code AutoencoderKL}). */
final class KlAutoencoder implements Autoencoder {

    private final KlAutoencoderConfig config;
    private final Encoder encoder;
    private final Convolution toMoments;
    private final Convolution fromLatents;
    private final Decoder decoder;

    private KlAutoencoder(KlAutoencoderConfig config, Weights weights) {
        int latent = config.latentChannels();
        this.config = config;
        encoder = Encoder.load(weights.at("encoder"), config);
        toMoments = Convolution.pointwise(weights.at("quant_conv"), 2 * latent, 2 * latent);
        fromLatents = Convolution.pointwise(weights.at("post_quant_conv"), latent, latent);
        decoder = Decoder.load(weights.at("decoder"), config);
    }

    static KlAutoencoder load(KlAutoencoderConfig config, Weights weights) {
        return new KlAutoencoder(config, weights);
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
    static final class Encoder {

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

    /** Latents (N, C, h, w) -> pixels (N, 3, h f, w f). */
    static final class Decoder {

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

    /** ResNet, one-head self-attention over all positions, ResNet. */
    static final class MidBlock {

        static final double EPSILON = 1e-6;

        private final ResnetBlock first;
        private final GroupNorm norm;
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear out;
        private final ResnetBlock second;

        private MidBlock(Weights weights, int channels, int groups) {
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

        static MidBlock load(Weights weights, int channels, int groups) {
            return new MidBlock(weights, channels, groups);
        }

        /** The first takes {@code in} channels, all give {@code out}. */
        static List<ResnetBlock> resnets(Weights weights, int count, int in, int out, int groups) {
            return IntStream.range(0, count)
                    .mapToObj(i -> ResnetBlock.load(
                            weights.at("resnets." + i), ResnetBlock.Shape.withoutTime(i == 0 ? in : out, out, groups)))
                    .toList();
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
