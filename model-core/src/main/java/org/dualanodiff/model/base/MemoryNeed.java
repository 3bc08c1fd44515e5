package org.dualanodiff.model.base;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dualanodiff.model.checkpoint.ParameterLayout;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.unet.UNetConfig;

/**
 * The memory of the device that training and generating need, by the model's size: weights and what is learned are counted;
 * activations are taken to be in proportion to the U-Net's feature maps, by factors that fit the peaks measured in {@code
 * docs/performance.md}. Right to some 15 %; what CUDA itself holds comes on top.
 *
 * @param unet of the base model
 * @param unetNumbers weights of the U-Net
 * @param otherNumbers weights of autoencoder and text encoder, which are fp32 always
 * @param factor pixels to a latent position along a side
 */
public record MemoryNeed(UNetConfig unet, long unetNumbers, long otherNumbers, int factor) {

    private static final int FP32_BYTES = 4;

    /** Adapter, gradients and both moments. */
    private static final int LEARNED_COPIES = 4;

    /** Rows of a pair: two branches; under guidance twice as many. */
    private static final int BRANCHES = 2;

    // Measured, in feature maps: kept for the way back by each block of a level; the same with recomputation; and the
    // widest
    // moment of the forward pass at the finest level.
    private static final int KEPT = 59;
    private static final int RECOMPUTED = 18;
    private static final int FORWARD = 14;

    /** Of the autoencoder, whose fp32 maps are the size of the picture: bytes for each pixel of one picture. */
    private static final int DECODER_BYTES = 2_800;

    public static MemoryNeed of(ModelFiles base) {
        return new MemoryNeed(
                base.unetConfig(),
                numbers(base.unetConfig().parameters()),
                numbers(base.vaeConfig().parameters())
                        + numbers(base.textConfig().parameters()),
                base.vaeConfig().downsamplingFactor());
    }

    /** By the layout: a file may hold more than one network's tensors. */
    private static long numbers(Map<String, long[]> layout) {
        return ParameterLayout.numbers(layout.values());
    }

    /**
     * Bytes that the training of one adapter holds at its peak.
     *
     * @param pairs computed at once
     * @param compensated whether it has background compensation
     */
    public long training(
            Precision precision, int resolution, int rank, int pairs, boolean recompute, boolean compensated) {
        return weights(precision)
                + learned(adapterNumbers(unet, rank))
                + pairs * trainingPair(unet, resolution / factor, precision, recompute, compensated);
    }

    /** Bytes that generation holds at its peak: an adapter folded into the attention weights, in the place of the base's own. */
    public long generation(Precision precision, int resolution, int pairs) {
        long maps = (long) BRANCHES * 2 * finest(resolution / factor) * FORWARD * bytes(precision);
        long decoder = (long) DECODER_BYTES * resolution * resolution;
        return weights(precision) + folded() * bytes(precision) + Math.max(pairs * maps, decoder);
    }

    /** Adapter, gradients and moments of so many numbers, in bytes. */
    public static long learned(long numbers) {
        return LEARNED_COPIES * FP32_BYTES * numbers;
    }

    /**
     * Bytes of the activations of one pair in a training step.
     *
     * @param compensated whether the adapter has background compensation, which computes a third row of each pair
     */
    public static long trainingPair(
            UNetConfig unet, int latentSide, Precision precision, boolean recompute, boolean compensated) {
        int rows = compensated ? BRANCHES + 1 : BRANCHES;
        long maps = IntStream.range(0, unet.levels())
                .mapToLong(level -> blocks(unet, level) * map(unet, level, latentSide))
                .sum();
        return rows * maps * (recompute ? RECOMPUTED : KEPT) * bytes(precision);
    }

    private long weights(Precision precision) {
        return unetNumbers * bytes(precision) + otherNumbers * FP32_BYTES;
    }

    private long finest(int latentSide) {
        return map(unet, 0, latentSide);
    }

    /** Numbers of one feature map of a level. */
    private static long map(UNetConfig unet, int level, int latentSide) {
        long side = Math.max(1, latentSide >> level);
        return side * side * unet.blockOutChannels().get(level);
    }

    /** Down, up and, at the coarsest, middle. */
    private static long blocks(UNetConfig unet, int level) {
        int middle = level == unet.levels() - 1 ? 2 : 0;
        return 2L * unet.layersPerBlock().get(level) + 1 + middle;
    }

    /**
     * What folding adds to the base. Its own projections, of self-attention 4 C^2 and of cross-attention 2 C^2 and 2 C D, give way to
     * those of two branches; SAIM's three matrices come with each attention.
     */
    private long folded() {
        return transformers(unet).stream()
                .mapToLong(channels -> (6L + 6L) * channels * channels + 2L * channels * unet.crossAttentionDim())
                .sum();
    }

    /**
     * Numbers of an adapter's matrices in the U-Net without background compensation: SAIM's five and LoRA. What else is
     * learned is little beside SAIM.
     */
    static long adapterNumbers(UNetConfig unet, int rank) {
        return transformers(unet).stream()
                .mapToLong(channels -> 2L * 5 * channels * channels
                        + rank * (24L * channels + 4L * (channels + unet.crossAttentionDim())))
                .sum();
    }

    /** The width of every transformer block; each has a self-attention and a cross-attention. */
    private static List<Integer> transformers(UNetConfig unet) {
        int last = unet.levels() - 1;
        return IntStream.rangeClosed(0, unet.levels())
                .boxed()
                .flatMap(level -> {
                    boolean middle = level > last;
                    int channels = unet.blockOutChannels().get(middle ? last : level);
                    int down = !middle && unet.downAttention().get(level)
                            ? unet.layersPerBlock().get(level)
                            : 0;
                    int up = !middle && unet.upAttention().get(last - level)
                            ? unet.layersPerBlock().get(level) + 1
                            : 0;
                    int count = (middle ? 1 : down + up) * unet.transformerLayers();
                    return Collections.nCopies(count, channels).stream();
                })
                .toList();
    }

    private static int bytes(Precision precision) {
        return precision == Precision.FP32 ? FP32_BYTES : FP32_BYTES / 2;
    }
}
