package org.dualanodiff.model.unet;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.ParameterLayout;

/**
 * Sizes of a Stable Diffusion 1.x or 2.x denoiser, as in the {@code unet/config.json} of diffusers. Lists have one
 * entry a resolution level, from the highest resolution down; {@code upAttention} is in the order of the up path, from
 * the lowest resolution up. The middle block is always resnet, transformer, resnet, with the heads of the last level.
 * {@code upcast_attention} is not read: attention sums up in fp32 in any case.
 *
 * @param sampleSize height and width of the latents the weights were trained on
 * @param inChannels latent channels in
 * @param outChannels latent channels out
 * @param blockOutChannels channels of each level
 * @param downAttention whether the down block of each level has transformers
 * @param upAttention whether the up block has transformers, up-path order
 * @param layersPerBlock resnets in the down block of each level; the up block has one more
 * @param attentionHeads number of heads of each level's transformers (called {@code attention_head_dim} in the file)
 * @param transformerLayers transformer blocks in each transformer
 * @param crossAttentionDim width of the prompt's hidden states
 * @param useLinearProjection whether the projections around a transformer are linear, not 1x1 convolutions
 * @param normNumGroups groups of every group norm
 * @param normEps epsilon of the resnets' and the output's group norm
 * @param downsamplePadding padding of the strided convolutions; 0: a row of zeros below and a column to the right
 * @param midBlockScaleFactor what the middle block's resnets divide their output by
 * @param flipSinToCos whether the time embedding is [cos, sin] rather than [sin, cos]
 * @param freqShift shift in the exponent of the time embedding's frequencies
 */
public record UNetConfig(
        int sampleSize,
        int inChannels,
        int outChannels,
        List<Integer> blockOutChannels,
        List<Boolean> downAttention,
        List<Boolean> upAttention,
        List<Integer> layersPerBlock,
        List<Integer> attentionHeads,
        int transformerLayers,
        int crossAttentionDim,
        boolean useLinearProjection,
        int normNumGroups,
        double normEps,
        int downsamplePadding,
        double midBlockScaleFactor,
        boolean flipSinToCos,
        double freqShift) {
    private static final int MOST_LEVELS = 8;

    /** Latents of images of 8192 pixels. */
    private static final int LARGEST_SAMPLE = 1024;

    private static final String DOWN = "DownBlock2D";
    private static final String CROSS_DOWN = "CrossAttnDownBlock2D";
    private static final String UP = "UpBlock2D";
    private static final String CROSS_UP = "CrossAttnUpBlock2D";
    private static final List<Integer> DEFAULT_CHANNELS = List.of(320, 640, 1280, 1280);
    private static final List<String> DEFAULT_DOWN = List.of(CROSS_DOWN, CROSS_DOWN, CROSS_DOWN, DOWN);
    private static final List<String> DEFAULT_UP = List.of(UP, CROSS_UP, CROSS_UP, CROSS_UP);

    public UNetConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        downAttention = List.copyOf(downAttention);
        upAttention = List.copyOf(upAttention);
        layersPerBlock = List.copyOf(layersPerBlock);
        attentionHeads = List.copyOf(attentionHeads);
    }

    /**
     * Reads a configuration; an absent key has the default of diffusers.
     *
     * @param source the file's name for messages
     * @throws org.dualanodiff.model.checkpoint.CheckpointException naming every key whose value is not supported
     */
    public static UNetConfig fromJson(JsonObject json, String source) {
        ConfigReader config = new ConfigReader(json, source);
        rejectOtherArchitectures(config);
        UNetConfig result = read(config);
        result.checkSizes(config);
        config.throwIfInvalid();
        return result;
    }

    private static UNetConfig read(ConfigReader config) {
        List<Integer> channels = config.positives("block_out_channels", DEFAULT_CHANNELS);
        int levels = channels.size();
        config.require(
                !config.flagPerBlock("only_cross_attention", false, levels).contains(true),
                "only_cross_attention: supported is only false");
        return new UNetConfig(
                config.positive("sample_size", 64),
                config.positive("in_channels", 4),
                config.positive("out_channels", 4),
                channels,
                attention(config.allOf("down_block_types", DEFAULT_DOWN, List.of(CROSS_DOWN, DOWN)), CROSS_DOWN),
                attention(config.allOf("up_block_types", DEFAULT_UP, List.of(CROSS_UP, UP)), CROSS_UP),
                config.partsPerBlock("layers_per_block", 2, levels),
                config.positivePerBlock("attention_head_dim", 8, levels),
                config.parts("transformer_layers_per_block", 1),
                config.positive("cross_attention_dim", 1280),
                config.flag("use_linear_projection", false),
                config.positive("norm_num_groups", 32),
                config.number("norm_eps", 1e-5),
                config.nonNegative("downsample_padding", 1),
                config.number("mid_block_scale_factor", 1),
                config.flag("flip_sin_to_cos", true),
                config.number("freq_shift", 0));
    }

    private static List<Boolean> attention(List<String> types, String crossAttention) {
        return types.stream().map(crossAttention::equals).toList();
    }

    private static void rejectOtherArchitectures(ConfigReader config) {
        config.oneOf("_class_name", "UNet2DConditionModel", List.of("UNet2DConditionModel"));
        config.oneOf("mid_block_type", "UNetMidBlock2DCrossAttn", List.of("UNetMidBlock2DCrossAttn"));
        config.require(
                !config.isNull("mid_block_type"),
                "mid_block_type: models without a middle block are not supported, found null");
        config.oneOf("act_fn", "silu", List.of("silu", "swish"));
        config.oneOf("resnet_time_scale_shift", "default", List.of("default"));
        config.oneOf("time_embedding_type", "positional", List.of("positional"));
        config.oneOf("attention_type", "default", List.of("default"));
        config.unsupported(
                "class_embed_type",
                "num_class_embeds",
                "addition_embed_type",
                "addition_time_embed_dim",
                "encoder_hid_dim",
                "encoder_hid_dim_type",
                "dual_cross_attention",
                "center_input_sample",
                "num_attention_heads",
                "time_cond_proj_dim",
                "time_embedding_dim",
                "time_embedding_act_fn",
                "timestep_post_act",
                "resnet_skip_time_act",
                "cross_attention_norm",
                "mid_block_only_cross_attention",
                "reverse_transformer_layers_per_block",
                "dropout");
        config.require(config.positive("conv_in_kernel", 3) == 3, "conv_in_kernel: supported is only 3");
        config.require(config.positive("conv_out_kernel", 3) == 3, "conv_out_kernel: supported is only 3");
        config.require(
                config.number("resnet_out_scale_factor", 1) == 1, "resnet_out_scale_factor: supported is only 1");
    }

    private void checkSizes(ConfigReader config) {
        config.require(
                levels() <= MOST_LEVELS && sampleSize <= LARGEST_SAMPLE,
                "sample_size must be at most %d and block_out_channels have at most %d entries, found %d and %d",
                LARGEST_SAMPLE,
                MOST_LEVELS,
                sampleSize,
                levels());
        config.require(
                downAttention.size() == levels() && upAttention.size() == levels(),
                "down_block_types and up_block_types must have one entry for each of the %d block_out_channels, found %d and %d",
                levels(),
                downAttention.size(),
                upAttention.size());
        for (int level = 0; level < levels(); level++) {
            int channels = blockOutChannels.get(level);
            config.require(
                    channels % normNumGroups == 0,
                    "block_out_channels: %d is not a multiple of norm_num_groups %d",
                    channels,
                    normNumGroups);
            config.require(
                    channels % attentionHeads.get(level) == 0,
                    "block_out_channels: %d is not a multiple of the number of heads (attention_head_dim) %d",
                    channels,
                    attentionHeads.get(level));
        }
    }

    /** Name and shape of every tensor, sorted by name. */
    public Map<String, long[]> parameters() {
        return Layout.of(this);
    }

    /** Number of resolution levels; each but the last halves the resolution. */
    public int levels() {
        return blockOutChannels.size();
    }

    /** Width of the time embedding after its two linear layers. */
    public int timeEmbeddingDim() {
        return 4 * blockOutChannels.get(0);
    }

    /** Names and shapes of the denoiser's tensors, as diffusers writes them. */
    private static final class Layout {
        private final UNetConfig config;
        private final List<Integer> channels;
        private final int last;
        private final ParameterLayout layout = new ParameterLayout();

        private Layout(UNetConfig config) {
            this.config = config;
            this.channels = config.blockOutChannels();
            this.last = config.levels() - 1;
        }

        static Map<String, long[]> of(UNetConfig config) {
            Layout unet = new Layout(config);
            unet.ends();
            for (int level = 0; level <= unet.last; level++) {
                unet.down(level);
                unet.up(level);
            }
            unet.middle();
            return unet.layout.shapes();
        }

        private void ends() {
            int first = channels.get(0);
            layout.linear("time_embedding.linear_1", first, config.timeEmbeddingDim());
            layout.linear("time_embedding.linear_2", config.timeEmbeddingDim(), config.timeEmbeddingDim());
            layout.convolution("conv_in", config.inChannels(), first, 3);
            layout.norm("conv_norm_out", first);
            layout.convolution("conv_out", first, config.outChannels(), 3);
        }

        private void down(int level) {
            String block = "down_blocks." + level;
            int out = channels.get(level);
            for (int layer = 0; layer < config.layersPerBlock().get(level); layer++) {
                int in = layer == 0 ? channels.get(Math.max(level - 1, 0)) : out;
                resnet(block + ".resnets." + layer, in, out);
                if (config.downAttention().get(level)) {
                    transformer(block + ".attentions." + layer, out);
                }
            }
            if (level < last) {
                layout.convolution(block + ".downsamplers.0.conv", out, out, 3);
            }
        }

        private void middle() {
            int width = channels.get(last);
            resnet("mid_block.resnets.0", width, width);
            transformer("mid_block.attentions.0", width);
            resnet("mid_block.resnets.1", width, width);
        }

        /** The up path mirrors the down path: up block 0 belongs to the last level. */
        private void up(int index) {
            String block = "up_blocks." + index;
            int level = last - index;
            int out = channels.get(level);
            int layers = config.layersPerBlock().get(level) + 1;
            for (int layer = 0; layer < layers; layer++) {
                int below = layer == 0 ? channels.get(Math.min(level + 1, last)) : out;
                int skip = layer == layers - 1 ? channels.get(Math.max(level - 1, 0)) : out;
                resnet(block + ".resnets." + layer, below + skip, out);
                if (config.upAttention().get(index)) {
                    transformer(block + ".attentions." + layer, out);
                }
            }
            if (index < last) {
                layout.convolution(block + ".upsamplers.0.conv", out, out, 3);
            }
        }

        private void resnet(String name, int in, int out) {
            layout.resnet(name, in, out);
            layout.linear(name + ".time_emb_proj", config.timeEmbeddingDim(), out);
        }

        private void transformer(String name, int width) {
            layout.norm(name + ".norm", width);
            projection(name + ".proj_in", width);
            projection(name + ".proj_out", width);
            for (int i = 0; i < config.transformerLayers(); i++) {
                transformerBlock(name + ".transformer_blocks." + i, width);
            }
        }

        private void projection(String name, int width) {
            if (config.useLinearProjection()) {
                layout.linear(name, width, width);
            } else {
                layout.convolution(name, width, width, 1);
            }
        }

        private void transformerBlock(String name, int width) {
            for (int i = 1; i <= 3; i++) {
                layout.norm(name + ".norm" + i, width);
            }
            attention(name + ".attn1", width, width);
            attention(name + ".attn2", width, config.crossAttentionDim());
            // GEGLU: value and gate, each four times as wide.
            layout.linear(name + ".ff.net.0.proj", width, 8 * width);
            layout.linear(name + ".ff.net.2", 4 * width, width);
        }

        private void attention(String name, int width, int context) {
            layout.tensor(name + ".to_q.weight", width, width);
            layout.tensor(name + ".to_k.weight", width, context);
            layout.tensor(name + ".to_v.weight", width, context);
            layout.linear(name + ".to_out.0", width, width);
        }
    }
}
