package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.GroupNorm;
import org.dualanodiff.model.nn.Linear;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * The frozen denoiser of Stable Diffusion 1.x and 2.x (diffusers' {@code UNet2DConditionModel}), of any size.
 *
 * <p>Shape legend: N rows, C latent channels, H W latent height and width, T text positions, D text
 * width. The U-Net knows nothing of branches: rows are rows, and what the adapters do happens in the
 * {@link AttentionProcessor} it is called with. Whatever its own precision, it takes and gives fp32.
 */
public final class UNet {

    /** Stages that always run, on the way down and again on the way up: the first convolution and the first layer. */
    private static final int OUTERMOST = 2;

    private final UNetConfig config;
    private final Precision precision;
    private final TimeEmbedding timeEmbedding;
    private final List<UNetStage> stages = new ArrayList<>();
    private final int resumption;

    private UNet(UNetConfig config, Weights weights) {
        this.config = config;
        precision = weights.precision();
        timeEmbedding = TimeEmbedding.load(weights, config);
        stages.add(in(weights));
        for (int level = 0; level < config.levels(); level++) {
            stages.addAll(UNetBlocks.down(weights.at("down_blocks." + level), config, level));
        }
        stages.add(UNetBlocks.mid(weights.at("mid_block"), config));
        for (int index = 0; index < config.levels(); index++) {
            stages.addAll(UNetBlocks.up(weights.at("up_blocks." + index), config, index));
        }
        stages.add(out(weights));
        resumption = resumption();
    }

    /** The stage on the way up that meets what the last outermost stage made on the way down. */
    private int resumption() {
        int stage = stages.size();
        int open = 0;
        while (open < OUTERMOST) {
            stage--;
            open += stages.get(stage).skip() == UNetStage.Skip.POP ? 1 : 0;
        }
        return stage;
    }

    /** @throws org.dualanodiff.model.checkpoint.CheckpointException if a tensor is missing or has a wrong shape */
    public static UNet load(UNetConfig config, Weights weights) {
        return new UNet(config, weights);
    }

    private UNetStage in(Weights weights) {
        int first = config.blockOutChannels().get(0);
        Convolution convolution = Convolution.threeByThree(weights.at("conv_in"), config.inChannels(), first);
        return new UNetStage(
                "conv_in", UNetStage.Skip.PUSH, List.of(), (x, skip, size, pass) -> convolution.forward(x));
    }

    private UNetStage out(Weights weights) {
        int first = config.blockOutChannels().get(0);
        GroupNorm norm = GroupNorm.load(weights.at("conv_norm_out"), first, config.normNumGroups(), config.normEps());
        Convolution convolution = Convolution.threeByThree(weights.at("conv_out"), first, config.outChannels());
        return new UNetStage(
                "conv_out", UNetStage.Skip.NONE, List.of(), (x, skip, size, pass) -> norm.thenConvolve(x, convolution));
    }

    public UNetConfig config() {
        return config;
    }

    /** The whole forward pass, cut into stretches. */
    public List<UNetStage> stages() {
        return stages;
    }

    /** All attention layers, in the order in which they run. */
    public List<Attention> attentions() {
        return stages.stream().flatMap(stage -> stage.attentions().stream()).toList();
    }

    /** As {@link #forward(NDArray, NDArray, NDArray, AttentionProcessor, Listener)} without a listener. */
    public NDArray forward(NDArray latents, NDArray timesteps, NDArray text, AttentionProcessor processor) {
        return forward(latents, timesteps, text, processor, Listener.NONE);
    }

    /**
     * Predicts the noise (or the velocity) in {@code latents}.
     *
     * @param latents (N, C, H, W)
     * @param timesteps int64 (N), or (1) for one timestep that all rows share
     * @param text (M, T, D), see {@link AttentionProcessor#process}
     * @param listener sees intermediate features; for parity tests and inspection
     * @return (N, C, H, W), fp32
     */
    public NDArray forward(
            NDArray latents, NDArray timesteps, NDArray text, AttentionProcessor processor, Listener listener) {
        return forward(latents, timesteps, text, processor, listener, new DeepFeatures(1));
    }

    /**
     * As {@link #forward(NDArray, NDArray, NDArray, AttentionProcessor, Listener)}.
     *
     * @param deep of the passes before; where they fit, only the outermost stages run
     */
    public NDArray forward(
            NDArray latents,
            NDArray timesteps,
            NDArray text,
            AttentionProcessor processor,
            Listener listener,
            DeepFeatures deep) {
        try (TensorScope scope = TensorScope.open()) {
            UNetStage.Pass pass = pass(timesteps, text, processor, listener);
            boolean reused = deep.fit(latents, text);
            Deque<NDArray> skips = new ArrayDeque<>();
            NDArray h = input(latents);
            for (int i = 0; i < stages.size(); i++) {
                if (reused && i == OUTERMOST) {
                    i = resumption;
                    h = deep.reuse();
                } else if (i == resumption) {
                    deep.keep(h);
                }
                UNetStage stage = stages.get(i);
                NDArray skip = stage.skip() == UNetStage.Skip.POP ? skips.pop() : null;
                NDArray next = stage.forward(h, skip, size(skips.peek()), pass);
                if (stage.skip() == UNetStage.Skip.PUSH) {
                    skips.push(next);
                }
                if (skip != null) {
                    TensorScope.free(skip);
                }
                free(h, skips, deep);
                h = next;
            }
            return scope.release(output(h));
        }
    }

    /** A stage's input, unless it waits for the way up or for the next pass. */
    private static void free(NDArray input, Deque<NDArray> skips, DeepFeatures deep) {
        if (!deep.holds(input) && skips.stream().noneMatch(waiting -> waiting == input)) {
            TensorScope.free(input);
        }
    }

    /** What all stages of a pass share. */
    public UNetStage.Pass pass(NDArray timesteps, NDArray text, AttentionProcessor processor, Listener listener) {
        return new UNetStage.Pass(
                timeEmbedding.forward(timesteps, listener), Operators.cast(text, precision), processor, listener);
    }

    /** Latents as the first stage takes them. */
    public NDArray input(NDArray latents) {
        return Operators.cast(latents, precision);
    }

    /** The last stage's output as the prediction. */
    public NDArray output(NDArray features) {
        return Operators.cast(features, Precision.FP32);
    }

    /** Height and width of features, or null of none. */
    public static long[] size(NDArray features) {
        return features == null ? null : Arrays.copyOfRange(Tensors.shape(features), 2, 4);
    }

    /** Sees features inside a forward pass; a tensor is valid only during the call. */
    @FunctionalInterface
    public interface Listener {

        Listener NONE = (name, features) -> {};

        /**
         * @param name {@code time_embedding}, {@code conv_in}, {@code mid_block}, {@code down_block.0},
         *     {@code down_block.0.resnet.0}, {@code down_block.0.attention.0} and so on
         */
        void features(String name, NDArray features);
    }

    /**
     * Timesteps to features: sinusoids of frequencies {@code 10000^(-i / (half - shift))}, then two linear
     * layers.
     */
    static final class TimeEmbedding {

        private static final double MAX_PERIOD = 10_000;

        private final Linear linear1;
        private final Linear linear2;
        private final NDArray frequencies;
        private final UNetConfig config;
        private final Weights weights;

        private TimeEmbedding(Weights weights, UNetConfig config) {
            int width = config.blockOutChannels().get(0);
            linear1 = Linear.load(weights.at("time_embedding.linear_1"), width, config.timeEmbeddingDim());
            linear2 = Linear.load(
                    weights.at("time_embedding.linear_2"), config.timeEmbeddingDim(), config.timeEmbeddingDim());
            frequencies = weights.constant(frequencies(width / 2, config.freqShift()), width / 2);
            this.config = config;
            this.weights = weights;
        }

        static TimeEmbedding load(Weights weights, UNetConfig config) {
            return new TimeEmbedding(weights, config);
        }

        /** int64 (N) -> SiLU of the embedding, (N, timeEmbeddingDim). */
        NDArray forward(NDArray timesteps, UNet.Listener listener) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray waves = Operators.cast(
                        Operators.sinusoid(timesteps, frequencies, config.flipSinToCos()), weights.precision());
                NDArray embedding = linear2.forward(Operators.silu(linear1.forward(waves)));
                listener.features("time_embedding", embedding);
                return scope.release(Operators.silu(embedding));
            }
        }

        private static float[] frequencies(int half, double shift) {
            float[] result = new float[half];
            IntStream.range(0, half)
                    .forEach(i -> result[i] = (float) Math.exp(-Math.log(MAX_PERIOD) * i / (half - shift)));
            return result;
        }
    }
}
