package org.dualanodiff.model.checkpoint;

import java.util.List;
import org.dualanodiff.model.vae.KlAutoencoderConfig;

/** {@link ParameterLayout} of the KL autoencoder. */
final class KlAutoencoderLayout {
    private final KlAutoencoderConfig config;
    private final List<Integer> channels;
    private final int last;
    private final ParameterLayout layout = new ParameterLayout();

    private KlAutoencoderLayout(KlAutoencoderConfig config) {
        this.config = config;
        this.channels = config.blockOutChannels();
        this.last = config.levels() - 1;
    }

    static ParameterLayout of(KlAutoencoderConfig config) {
        KlAutoencoderLayout autoencoder = new KlAutoencoderLayout(config);
        autoencoder.encoder();
        autoencoder.decoder();
        return autoencoder.layout;
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
        int moments = 2 * config.latentChannels();
        layout.norm("encoder.conv_norm_out", channels.get(last));
        layout.convolution("encoder.conv_out", channels.get(last), moments, 3);
        layout.convolution("quant_conv", moments, moments, 1);
    }

    private void decoder() {
        layout.convolution("post_quant_conv", config.latentChannels(), config.latentChannels(), 1);
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
