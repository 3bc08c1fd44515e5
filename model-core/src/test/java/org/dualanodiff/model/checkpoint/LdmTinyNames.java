package org.dualanodiff.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the tensors of the golden tiny model are called in the LDM code, block by block as in its module tree: four levels,
 * two layers each, no attention in the lowest. Written out, so that the product's rule is held against something else.
 */
final class LdmTinyNames {
    private static final String UNET_BLOCKS = """
            conv_in = input_blocks.0.0
            down_blocks.0.resnets.0 = input_blocks.1.0
            down_blocks.0.attentions.0 = input_blocks.1.1
            down_blocks.0.resnets.1 = input_blocks.2.0
            down_blocks.0.attentions.1 = input_blocks.2.1
            down_blocks.0.downsamplers.0.conv = input_blocks.3.0.op
            down_blocks.1.resnets.0 = input_blocks.4.0
            down_blocks.1.attentions.0 = input_blocks.4.1
            down_blocks.1.resnets.1 = input_blocks.5.0
            down_blocks.1.attentions.1 = input_blocks.5.1
            down_blocks.1.downsamplers.0.conv = input_blocks.6.0.op
            down_blocks.2.resnets.0 = input_blocks.7.0
            down_blocks.2.attentions.0 = input_blocks.7.1
            down_blocks.2.resnets.1 = input_blocks.8.0
            down_blocks.2.attentions.1 = input_blocks.8.1
            down_blocks.2.downsamplers.0.conv = input_blocks.9.0.op
            down_blocks.3.resnets.0 = input_blocks.10.0
            down_blocks.3.resnets.1 = input_blocks.11.0
            mid_block.resnets.0 = middle_block.0
            mid_block.attentions.0 = middle_block.1
            mid_block.resnets.1 = middle_block.2
            up_blocks.0.resnets.0 = output_blocks.0.0
            up_blocks.0.resnets.1 = output_blocks.1.0
            up_blocks.0.resnets.2 = output_blocks.2.0
            up_blocks.0.upsamplers.0 = output_blocks.2.1
            up_blocks.1.resnets.0 = output_blocks.3.0
            up_blocks.1.attentions.0 = output_blocks.3.1
            up_blocks.1.resnets.1 = output_blocks.4.0
            up_blocks.1.attentions.1 = output_blocks.4.1
            up_blocks.1.resnets.2 = output_blocks.5.0
            up_blocks.1.attentions.2 = output_blocks.5.1
            up_blocks.1.upsamplers.0 = output_blocks.5.2
            up_blocks.2.resnets.0 = output_blocks.6.0
            up_blocks.2.attentions.0 = output_blocks.6.1
            up_blocks.2.resnets.1 = output_blocks.7.0
            up_blocks.2.attentions.1 = output_blocks.7.1
            up_blocks.2.resnets.2 = output_blocks.8.0
            up_blocks.2.attentions.2 = output_blocks.8.1
            up_blocks.2.upsamplers.0 = output_blocks.8.2
            up_blocks.3.resnets.0 = output_blocks.9.0
            up_blocks.3.attentions.0 = output_blocks.9.1
            up_blocks.3.resnets.1 = output_blocks.10.0
            up_blocks.3.attentions.1 = output_blocks.10.1
            up_blocks.3.resnets.2 = output_blocks.11.0
            up_blocks.3.attentions.2 = output_blocks.11.1
            conv_norm_out = out.0
            conv_out = out.2
            time_embedding.linear_1 = time_embed.0
            time_embedding.linear_2 = time_embed.2
            """;

    private static final String UNET_RESNET = """
            norm1 = in_layers.0
            conv1 = in_layers.2
            time_emb_proj = emb_layers.1
            norm2 = out_layers.0
            conv2 = out_layers.3
            conv_shortcut = skip_connection
            """;

    private static final String VAE_BLOCKS = """
            encoder.down_blocks.0.resnets.0 = encoder.down.0.block.0
            encoder.down_blocks.0.resnets.1 = encoder.down.0.block.1
            encoder.down_blocks.0.downsamplers.0 = encoder.down.0.downsample
            encoder.down_blocks.1.resnets.0 = encoder.down.1.block.0
            encoder.down_blocks.1.resnets.1 = encoder.down.1.block.1
            encoder.down_blocks.1.downsamplers.0 = encoder.down.1.downsample
            encoder.down_blocks.2.resnets.0 = encoder.down.2.block.0
            encoder.down_blocks.2.resnets.1 = encoder.down.2.block.1
            encoder.down_blocks.2.downsamplers.0 = encoder.down.2.downsample
            encoder.down_blocks.3.resnets.0 = encoder.down.3.block.0
            encoder.down_blocks.3.resnets.1 = encoder.down.3.block.1
            encoder.mid_block.resnets.0 = encoder.mid.block_1
            encoder.mid_block.attentions.0 = encoder.mid.attn_1
            encoder.mid_block.resnets.1 = encoder.mid.block_2
            encoder.conv_norm_out = encoder.norm_out
            decoder.mid_block.resnets.0 = decoder.mid.block_1
            decoder.mid_block.attentions.0 = decoder.mid.attn_1
            decoder.mid_block.resnets.1 = decoder.mid.block_2
            decoder.up_blocks.0.resnets.0 = decoder.up.3.block.0
            decoder.up_blocks.0.resnets.1 = decoder.up.3.block.1
            decoder.up_blocks.0.resnets.2 = decoder.up.3.block.2
            decoder.up_blocks.0.upsamplers.0 = decoder.up.3.upsample
            decoder.up_blocks.1.resnets.0 = decoder.up.2.block.0
            decoder.up_blocks.1.resnets.1 = decoder.up.2.block.1
            decoder.up_blocks.1.resnets.2 = decoder.up.2.block.2
            decoder.up_blocks.1.upsamplers.0 = decoder.up.2.upsample
            decoder.up_blocks.2.resnets.0 = decoder.up.1.block.0
            decoder.up_blocks.2.resnets.1 = decoder.up.1.block.1
            decoder.up_blocks.2.resnets.2 = decoder.up.1.block.2
            decoder.up_blocks.2.upsamplers.0 = decoder.up.1.upsample
            decoder.up_blocks.3.resnets.0 = decoder.up.0.block.0
            decoder.up_blocks.3.resnets.1 = decoder.up.0.block.1
            decoder.up_blocks.3.resnets.2 = decoder.up.0.block.2
            decoder.conv_norm_out = decoder.norm_out
            """;

    private static final String VAE_PARTS = """
            conv_shortcut = nin_shortcut
            group_norm = norm
            to_q = q
            to_k = k
            to_v = v
            to_out.0 = proj_out
            """;

    private LdmTinyNames() {}

    static String unet(String name) {
        String block = blockOf(name, table(UNET_BLOCKS));
        String rest = name.substring(block.length() + 1);
        boolean resnet = block.contains("resnets");
        return "model.diffusion_model." + table(UNET_BLOCKS).get(block) + "."
                + (resnet ? part(rest, table(UNET_RESNET)) : rest);
    }

    static String vae(String name) {
        String block = blockOf(name, table(VAE_BLOCKS));
        if (block.isEmpty()) {
            return "first_stage_model." + name;
        }
        String rest = name.substring(block.length() + 1);
        return "first_stage_model." + table(VAE_BLOCKS).get(block) + "." + part(rest, table(VAE_PARTS));
    }

    static String text(String name) {
        return "cond_stage_model.transformer." + name;
    }

    private static String blockOf(String name, Map<String, String> blocks) {
        return blocks.keySet().stream()
                .filter(block -> name.startsWith(block + "."))
                .findFirst()
                .orElse("");
    }

    /** Translates all but the last word, which is weight or bias. */
    private static String part(String rest, Map<String, String> parts) {
        int dot = Math.max(0, rest.lastIndexOf('.'));
        String part = rest.substring(0, dot);
        return parts.getOrDefault(part, part) + rest.substring(dot);
    }

    private static Map<String, String> table(String lines) {
        Map<String, String> table = new LinkedHashMap<>();
        lines.lines().map(line -> line.split(" = ")).forEach(pair -> table.put(pair[0], pair[1]));
        return table;
    }
}
