package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.AttentionProcessor;
import org.dualanodiff.model.nn.Convolution;
import org.dualanodiff.model.nn.GroupNorm;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * The frozen denoiser of Stable Diffusion 1.x (diffusers' {@code UNet2DConditionModel}), of any size.
 *
 * <p>Shape legend: N rows, C latent channels, H W latent height and width, T text positions, D text
 * width. The U-Net knows nothing of branches: rows are rows, and what the adapters do happens in the
 * {@link AttentionProcessor} it is called with.
 */
public final class UNet {

    private final UNetConfig config;
    private final TimeEmbedding timeEmbedding;
    private final Convolution in;
    private final List<DownBlock> down;
    private final MidBlock mid;
    private final List<UpBlock> up;
    private final GroupNorm outNorm;
    private final Convolution out;

    private UNet(UNetConfig config, Weights weights) {
        int first = config.blockOutChannels().get(0);
        this.config = config;
        timeEmbedding = TimeEmbedding.load(weights, config);
        in = Convolution.threeByThree(weights.at("conv_in"), config.inChannels(), first);
        down = IntStream.range(0, config.levels())
                .mapToObj(level -> DownBlock.load(weights.at("down_blocks." + level), config, level))
                .toList();
        mid = MidBlock.load(weights.at("mid_block"), config);
        up = IntStream.range(0, config.levels())
                .mapToObj(index -> UpBlock.load(weights.at("up_blocks." + index), config, index))
                .toList();
        outNorm = GroupNorm.load(weights.at("conv_norm_out"), first, config.normNumGroups(), config.normEps());
        out = Convolution.threeByThree(weights.at("conv_out"), first, config.outChannels());
    }

    /** @throws org.dualanodiff.model.checkpoint.CheckpointException if a tensor is missing or has a wrong shape */
    public static UNet load(UNetConfig config, Weights weights) {
        return new UNet(config, weights);
    }

    public UNetConfig config() {
        return config;
    }

    /** All attention layers, in the order of the released adapter files: down, up, mid. */
    public List<Attention> attentions() {
        return Stream.of(
                        down.stream().flatMap(DownBlock::attentions),
                        up.stream().flatMap(UpBlock::attentions),
                        mid.attentions())
                .flatMap(stream -> stream)
                .toList();
    }

    /** As {@link #forward(NDArray, NDArray, NDArray, AttentionProcessor, UNetListener)} without a listener. */
    public NDArray forward(NDArray latents, NDArray timesteps, NDArray text, AttentionProcessor processor) {
        return forward(latents, timesteps, text, processor, UNetListener.NONE);
    }

    /**
     * Predicts the noise (or the velocity) in {@code latents}.
     *
     * @param latents (N, C, H, W)
     * @param timesteps int64 (N), or (1) for one timestep that all rows share
     * @param text (M, T, D), see {@link AttentionProcessor#process}
     * @param listener sees intermediate features; for parity tests and inspection
     * @return (N, C, H, W)
     */
    public NDArray forward(
            NDArray latents, NDArray timesteps, NDArray text, AttentionProcessor processor, UNetListener listener) {
        try (TensorScope scope = TensorScope.open()) {
            UNetPass pass = new UNetPass(timeEmbedding.forward(timesteps, listener), text, processor, listener);
            Deque<NDArray> skips = new ArrayDeque<>();
            NDArray h = pass.seen("conv_in", in.forward(latents));
            skips.push(h);
            for (DownBlock block : down) {
                h = block.forward(h, pass, skips);
            }
            h = mid.forward(h, pass);
            for (UpBlock block : up) {
                h = block.forward(h, pass, skips);
            }
            return scope.release(out.forward(Operators.silu(outNorm.forward(h))));
        }
    }
}
