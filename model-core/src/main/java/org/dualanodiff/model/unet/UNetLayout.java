package org.dualanodiff.model.unet;

import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.ParameterLayout;

/** Names and shapes of the denoiser's tensors, as diffusers writes them. */
final class UNetLayout {
    private final UNetConfig config;
    private final List<Integer> channels;
    private final int last;
    private final ParameterLayout layout = new ParameterLayout();

    private UNetLayout(UNetConfig config) {
        this.config = config;
        this.channels = config.blockOutChannels();
        this.last = config.levels() - 1;
    }

    static Map<String, long[]> of(UNetConfig config) {
        UNetLayout unet = new UNetLayout(config);
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
                transformer(
                        block + ".attentions." + layer,
                        out,
                        config.onlyCrossAttention().get(level));
            }
        }
        if (level < last) {
            layout.convolution(block + ".downsamplers.0.conv", out, out, 3);
        }
    }

    private void middle() {
        int width = channels.get(last);
        resnet("mid_block.resnets.0", width, width);
        transformer("mid_block.attentions.0", width, false);
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
                transformer(
                        block + ".attentions." + layer,
                        out,
                        config.onlyCrossAttention().get(level));
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

    private void transformer(String name, int width, boolean onlyCrossAttention) {
        layout.norm(name + ".norm", width);
        projection(name + ".proj_in", width);
        projection(name + ".proj_out", width);
        for (int i = 0; i < config.transformerLayers(); i++) {
            transformerBlock(name + ".transformer_blocks." + i, width, onlyCrossAttention);
        }
    }

    private void projection(String name, int width) {
        if (config.useLinearProjection()) {
            layout.linear(name, width, width);
        } else {
            layout.convolution(name, width, width, 1);
        }
    }

    private void transformerBlock(String name, int width, boolean onlyCrossAttention) {
        for (int i = 1; i <= 3; i++) {
            layout.norm(name + ".norm" + i, width);
        }
        attention(name + ".attn1", width, onlyCrossAttention ? config.crossAttentionDim() : width);
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
