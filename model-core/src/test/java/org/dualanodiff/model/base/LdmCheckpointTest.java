package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LdmCheckpointTest {

    /** Stable Diffusion 1.5: two layers a block, no attention in the first up block, four levels in the autoencoder. */
    private static final LdmCheckpoint.Names SD15 = new LdmCheckpoint.Names(2, up -> up > 0, 4);

    @ParameterizedTest
    @CsvSource({
        "time_embedding.linear_2.bias, time_embed.2.bias",
        "conv_in.weight, input_blocks.0.0.weight",
        "down_blocks.0.resnets.0.norm1.weight, input_blocks.1.0.in_layers.0.weight",
        "down_blocks.0.attentions.1.proj_in.weight, input_blocks.2.1.proj_in.weight",
        "down_blocks.0.downsamplers.0.conv.weight, input_blocks.3.0.op.weight",
        "down_blocks.1.resnets.0.conv_shortcut.bias, input_blocks.4.0.skip_connection.bias",
        "down_blocks.3.resnets.1.time_emb_proj.weight, input_blocks.11.0.emb_layers.1.weight",
        "mid_block.resnets.0.conv1.weight, middle_block.0.in_layers.2.weight",
        "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.bias, middle_block.1.transformer_blocks.0.ff.net.0.proj.bias",
        "mid_block.resnets.1.conv2.weight, middle_block.2.out_layers.3.weight",
        "up_blocks.0.resnets.2.norm2.bias, output_blocks.2.0.out_layers.0.bias",
        "up_blocks.0.upsamplers.0.conv.weight, output_blocks.2.1.conv.weight",
        "up_blocks.1.upsamplers.0.conv.weight, output_blocks.5.2.conv.weight",
        "up_blocks.3.attentions.2.transformer_blocks.0.attn2.to_k.weight, output_blocks.11.1.transformer_blocks.0.attn2.to_k.weight",
        "conv_norm_out.weight, out.0.weight",
        "conv_out.bias, out.2.bias"
    })
    void unetName_inDiffusers_isThePublishedFilesName(String diffusers, String published) {
        assertThat(SD15.unet(diffusers)).isEqualTo("model.diffusion_model." + published);
    }

    @ParameterizedTest
    @CsvSource({
        "encoder.conv_in.weight, encoder.conv_in.weight",
        "encoder.down_blocks.1.resnets.0.conv_shortcut.weight, encoder.down.1.block.0.nin_shortcut.weight",
        "encoder.down_blocks.0.downsamplers.0.conv.bias, encoder.down.0.downsample.conv.bias",
        "encoder.mid_block.attentions.0.to_q.weight, encoder.mid.attn_1.q.weight",
        "encoder.mid_block.attentions.0.to_out.0.bias, encoder.mid.attn_1.proj_out.bias",
        "encoder.mid_block.attentions.0.group_norm.weight, encoder.mid.attn_1.norm.weight",
        "encoder.mid_block.resnets.1.conv1.weight, encoder.mid.block_2.conv1.weight",
        "decoder.up_blocks.0.resnets.0.norm1.weight, decoder.up.3.block.0.norm1.weight",
        "decoder.up_blocks.2.resnets.0.conv_shortcut.weight, decoder.up.1.block.0.nin_shortcut.weight",
        "decoder.up_blocks.2.upsamplers.0.conv.weight, decoder.up.1.upsample.conv.weight",
        "decoder.conv_norm_out.bias, decoder.norm_out.bias",
        "post_quant_conv.weight, post_quant_conv.weight"
    })
    void vaeName_inDiffusers_isThePublishedFilesName(String diffusers, String published) {
        assertThat(SD15.vae(diffusers)).isEqualTo("first_stage_model." + published);
    }
}
