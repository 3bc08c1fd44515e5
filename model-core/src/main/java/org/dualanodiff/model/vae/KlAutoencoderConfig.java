package org.dualanodiff.model.vae;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.ParameterLayout;

/**
 * Sizes of the KL autoencoder of Stable Diffusion 1.x and 2.x, as in the {@code vae/config.json} of diffusers.
 *
 * @param inChannels image channels in
 * @param outChannels image channels out
 * @param latentChannels channels of the latents; the encoder gives twice as many, mean and log variance
 * @param blockOutChannels channels of each level of the encoder, from the highest resolution down; the decoder mirrors it
 * @param layersPerBlock resnets of an encoder level; a decoder level has one more
 * @param normNumGroups groups of every group norm
 * @param scalingFactor what latents are multiplied by before they enter the denoiser
 */
public record KlAutoencoderConfig(
        int inChannels,
        int outChannels,
        int latentChannels,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        int normNumGroups,
        double scalingFactor)
        implements Autoencoder.Config {
    private static final int MOST_LEVELS = 8;

    static final String CLASS_NAME = "AutoencoderKL";

    public KlAutoencoderConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
    }

    /**
     * Reads a configuration; an absent key has the default of diffusers.
     *
     * @param source the file's name for messages
     * @throws org.dualanodiff.model.checkpoint.CheckpointException naming every key whose value is not supported
     */
    public static KlAutoencoderConfig fromJson(JsonObject json, String source) {
        ConfigReader config = new ConfigReader(json, source);
        rejectOtherArchitectures(config);
        KlAutoencoderConfig result = read(config);
        result.checkSizes(config);
        config.throwIfInvalid();
        return result;
    }

    private static KlAutoencoderConfig read(ConfigReader config) {
        return new KlAutoencoderConfig(
                config.positive("in_channels", 3),
                config.positive("out_channels", 3),
                config.positive("latent_channels", 4),
                config.positives("block_out_channels", List.of(64)),
                config.parts("layers_per_block", 1),
                config.positive("norm_num_groups", 32),
                config.number("scaling_factor", 0.18215));
    }

    private static void rejectOtherArchitectures(ConfigReader config) {
        config.oneOf("_class_name", CLASS_NAME, List.of(CLASS_NAME));
        config.oneOf("act_fn", "silu", List.of("silu", "swish"));
        config.unsupported("shift_factor", "latents_mean", "latents_std");
        for (String key : List.of("use_quant_conv", "use_post_quant_conv", "mid_block_add_attention")) {
            config.require(config.flag(key, true), "%s: supported is only true, found false", key);
        }
    }

    private void checkSizes(ConfigReader config) {
        checkBlocks(config, "down_block_types", "DownEncoderBlock2D");
        checkBlocks(config, "up_block_types", "UpDecoderBlock2D");
        config.require(
                levels() <= MOST_LEVELS, "block_out_channels: at most %d levels, found %d", MOST_LEVELS, levels());
        config.require(scalingFactor > 0, "scaling_factor: must be above 0, found %s", scalingFactor);
        for (int channels : blockOutChannels) {
            config.require(
                    channels % normNumGroups == 0,
                    "block_out_channels: %d is not a multiple of norm_num_groups %d",
                    channels,
                    normNumGroups);
        }
    }

    private void checkBlocks(ConfigReader config, String key, String supported) {
        int found = config.allOf(key, List.of(supported), List.of(supported)).size();
        config.require(
                found == levels(),
                "%s: must have one entry for each of the %d block_out_channels, found %d",
                key,
                levels(),
                found);
    }

    /** Number of resolution levels; each but the last halves the resolution. */
    public int levels() {
        return blockOutChannels.size();
    }

    /** 8 for Stable Diffusion 1.x. */
    @Override
    public int downsamplingFactor() {
        return 1 << levels() - 1;
    }

    @Override
    public Map<String, long[]> parameters() {
        Layout layout = new Layout(this);
        layout.encoder();
        layout.quantization();
        layout.decoder();
        return layout.layout.shapes();
    }

    /** Those of {@code decoder} alone. */
    Map<String, long[]> decoderParameters() {
        Layout layout = new Layout(this);
        layout.decoder();
        return layout.layout.shapes();
    }

    /** Names and shapes of the tensors, as diffusers writes them. */
    private static final class Layout {
        private final KlAutoencoderConfig config;
        private final List<Integer> channels;
        private final int last;
        private final ParameterLayout layout = new ParameterLayout();

        Layout(KlAutoencoderConfig config) {
            this.config = config;
            this.channels = config.blockOutChannels;
            this.last = config.levels() - 1;
        }

        private void encoder() {
            layout.convolution("encoder.conv_in", config.inChannels(), channels.get(0), 3);
            for (int level = 0; level <= last; level++) {
                int in = channels.get(Math.max(level - 1, 0));
                block("encoder.down_blocks." + level, in, channels.get(level), config.layersPerBlock());
                if (level < last) {
                    sampler("encoder.down_blocks." + level + ".downsamplers.0.conv", channels.get(level));
                }
            }
            middle("encoder.mid_block");
            layout.norm("encoder.conv_norm_out", channels.get(last));
            layout.convolution("encoder.conv_out", channels.get(last), 2 * config.latentChannels(), 3);
        }

        private void quantization() {
            int moments = 2 * config.latentChannels();
            layout.convolution("quant_conv", moments, moments, 1);
            layout.convolution("post_quant_conv", config.latentChannels(), config.latentChannels(), 1);
        }

        private void decoder() {
            layout.convolution("decoder.conv_in", config.latentChannels(), channels.get(last), 3);
            middle("decoder.mid_block");
            for (int index = 0; index <= last; index++) {
                int level = last - index;
                int in = channels.get(Math.min(level + 1, last));
                block("decoder.up_blocks." + index, in, channels.get(level), config.layersPerBlock() + 1);
                if (index < last) {
                    sampler("decoder.up_blocks." + index + ".upsamplers.0.conv", channels.get(level));
                }
            }
            layout.norm("decoder.conv_norm_out", channels.get(0));
            layout.convolution("decoder.conv_out", channels.get(0), config.outChannels(), 3);
        }

        private void block(String name, int in, int out, int layers) {
            for (int layer = 0; layer < layers; layer++) {
                layout.resnet(name + ".resnets." + layer, layer == 0 ? in : out, out);
            }
        }

        private void sampler(String name, int width) {
            layout.convolution(name, width, width, 3);
        }

        private void middle(String name) {
            int width = channels.get(last);
            layout.resnet(name + ".resnets.0", width, width);
            layout.resnet(name + ".resnets.1", width, width);
            layout.norm(name + ".attentions.0.group_norm", width);
            for (String projection : List.of("to_q", "to_k", "to_v", "to_out.0")) {
                layout.linear(name + ".attentions.0." + projection, width, width);
            }
        }
    }
}
