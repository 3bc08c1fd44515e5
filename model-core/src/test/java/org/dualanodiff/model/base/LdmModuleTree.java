package org.dualanodiff.model.base;

import java.util.LinkedHashMap;
import java.util.Map;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.KlAutoencoderConfig;

/**
 * What a model's tensors are called in the LDM code, by walking its module tree as its constructors do: blocks are appended
 * to one list, and their place in it is their number. So the product's rule is held against something else.
 *
 * <p>Source: {@code UNetModel} in ldm/modules/diffusionmodules/openaimodel.py, {@code Encoder} and {@code Decoder} in
 * model.py.
 */
final class LdmModuleTree {
    private static final Map<String, String> UNET_RESNET = Map.of(
            "norm1", "in_layers.0",
            "conv1", "in_layers.2",
            "time_emb_proj", "emb_layers.1",
            "norm2", "out_layers.0",
            "conv2", "out_layers.3",
            "conv_shortcut", "skip_connection");

    private static final Map<String, String> VAE_PARTS = Map.of(
            "conv_shortcut", "nin_shortcut",
            "group_norm", "norm",
            "to_q", "q",
            "to_k", "k",
            "to_v", "v",
            "to_out.0", "proj_out");

    private final Map<String, String> unet = new LinkedHashMap<>();
    private final Map<String, String> vae = new LinkedHashMap<>();
    private int appended;

    LdmModuleTree(UNetConfig unetConfig, KlAutoencoderConfig vaeConfig) {
        walkDown(unetConfig);
        walkUp(unetConfig);
        unet.put("mid_block.resnets.0", "middle_block.0");
        unet.put("mid_block.attentions.0", "middle_block.1");
        unet.put("mid_block.resnets.1", "middle_block.2");
        unet.put("conv_norm_out", "out.0");
        unet.put("conv_out", "out.2");
        unet.put("time_embedding.linear_1", "time_embed.0");
        unet.put("time_embedding.linear_2", "time_embed.2");
        walkAutoencoder(vaeConfig);
    }

    private void walkDown(UNetConfig config) {
        unet.put("conv_in", "input_blocks.0.0");
        appended = 1;
        for (int level = 0; level < config.levels(); level++) {
            String block = "down_blocks." + level;
            for (int layer = 0; layer < config.layersPerBlock().get(level); layer++, appended++) {
                unet.put(block + ".resnets." + layer, "input_blocks." + appended + ".0");
                if (config.downAttention().get(level)) {
                    unet.put(block + ".attentions." + layer, "input_blocks." + appended + ".1");
                }
            }
            if (level < config.levels() - 1) {
                unet.put(block + ".downsamplers.0.conv", "input_blocks." + appended++ + ".0.op");
            }
        }
    }

    private void walkUp(UNetConfig config) {
        appended = 0;
        for (int up = 0; up < config.levels(); up++) {
            String block = "up_blocks." + up;
            int layers = config.layersPerBlock().get(config.levels() - 1 - up) + 1;
            for (int layer = 0; layer < layers; layer++, appended++) {
                int part = 0;
                unet.put(block + ".resnets." + layer, "output_blocks." + appended + "." + part++);
                if (config.upAttention().get(up)) {
                    unet.put(block + ".attentions." + layer, "output_blocks." + appended + "." + part++);
                }
                if (layer == layers - 1 && up < config.levels() - 1) {
                    unet.put(block + ".upsamplers.0", "output_blocks." + appended + "." + part);
                }
            }
        }
    }

    private void walkAutoencoder(KlAutoencoderConfig config) {
        for (String half : new String[] {"encoder", "decoder"}) {
            boolean down = half.equals("encoder");
            for (int index = 0; index < config.levels(); index++) {
                // The decoder's list is filled from its front.
                String block = half + (down ? ".down_blocks." : ".up_blocks.") + index;
                String ldm = half + (down ? ".down." + index : ".up." + (config.levels() - 1 - index));
                for (int layer = 0; layer < config.layersPerBlock() + (down ? 0 : 1); layer++) {
                    vae.put(block + ".resnets." + layer, ldm + ".block." + layer);
                }
                vae.put(
                        block + (down ? ".downsamplers.0" : ".upsamplers.0"),
                        ldm + (down ? ".downsample" : ".upsample"));
            }
            vae.put(half + ".mid_block.resnets.0", half + ".mid.block_1");
            vae.put(half + ".mid_block.attentions.0", half + ".mid.attn_1");
            vae.put(half + ".mid_block.resnets.1", half + ".mid.block_2");
            vae.put(half + ".conv_norm_out", half + ".norm_out");
        }
    }

    String unet(String name) {
        String block = blockOf(name, unet);
        String rest = name.substring(block.length() + 1);
        return "model.diffusion_model." + unet.get(block) + "."
                + (block.contains("resnets") ? part(rest, UNET_RESNET) : rest);
    }

    String vae(String name) {
        String block = blockOf(name, vae);
        if (block.isEmpty()) {
            return "first_stage_model." + name;
        }
        return "first_stage_model." + vae.get(block) + "." + part(name.substring(block.length() + 1), VAE_PARTS);
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
}
