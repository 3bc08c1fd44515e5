package org.dualanodiff.model.base;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.diffusion.SchedulerConfig;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.KlAutoencoderConfig;

/**
 * The configurations of a single-file checkpoint, which has none: sizes follow from the tensors' shapes. What shapes do
 * not tell is that of Stable Diffusion 1.x: 8 heads in the U-Net, heads of width 64 in the text encoder, 32 norm groups,
 * its noise schedule.
 *
 * @param weights the file's tensors by the names of the LDM code
 * @param source the file's name for messages
 */
record LdmSizes(WeightSource weights, String source) {
    private static final int HEADS = 8;
    private static final int NORM_GROUPS = 32;
    private static final int TEXT_HEAD_WIDTH = 64;
    private static final String TEXT_MODEL = LdmCheckpoint.Names.TEXT + "text_model.";

    private static final Map<String, Object> SCHEDULER = Map.of(
            "_class_name",
            "PNDMScheduler",
            "beta_start",
            0.00085,
            "beta_end",
            0.012,
            "beta_schedule",
            "scaled_linear",
            "num_train_timesteps",
            1000,
            "steps_offset",
            1,
            "set_alpha_to_one",
            false,
            "skip_prk_steps",
            true);

    /** One resolution level of the U-Net on the way down. */
    private record Level(int channels, boolean attention, int layers) {}

    UNetConfig unet() {
        List<Level> levels = levels();
        List<Integer> channels = levels.stream().map(Level::channels).toList();
        List<String> down = new ArrayList<>();
        List<String> up = new ArrayList<>();
        for (Level level : levels) {
            down.add(level.attention ? "CrossAttnDownBlock2D" : "DownBlock2D");
            up.add(0, level.attention ? "CrossAttnUpBlock2D" : "UpBlock2D");
        }
        String attention = LdmCheckpoint.Names.UNET + "middle_block.1.";
        Map<String, Object> json = new HashMap<>();
        json.put("in_channels", size(LdmCheckpoint.Names.UNET + "input_blocks.0.0.weight", 1));
        json.put("out_channels", size(LdmCheckpoint.Names.UNET + "out.2.weight", 0));
        json.put("block_out_channels", channels);
        json.put("down_block_types", down);
        json.put("up_block_types", up);
        json.put(
                "layers_per_block",
                levels.stream().mapToInt(Level::layers).max().orElse(0));
        json.put("attention_head_dim", HEADS);
        json.put("norm_num_groups", normGroups(channels));
        json.put("cross_attention_dim", size(attention + "transformer_blocks.0.attn2.to_k.weight", 1));
        json.put("use_linear_projection", shape(attention + "proj_in.weight").length == 2);
        return UNetConfig.fromJson(json(json), source);
    }

    /**
     * The LDM code numbers all blocks in one row; a block that halves the resolution ends a level.
     *
     * @throws CheckpointException if a block is missing: the sizes of what lies before the gap would be another model's
     */
    private List<Level> levels() {
        List<Level> levels = new ArrayList<>();
        int first = 1;
        int n = 1;
        for (; isResnet(n) || isDownsampler(n); n++) {
            if (isDownsampler(n)) {
                levels.add(level(first, n));
                first = n + 1;
            }
        }
        if (n > first) {
            levels.add(level(first, n));
        }
        requireNoneFrom(n);
        return levels;
    }

    private void requireNoneFrom(int end) {
        weights.names().stream()
                .filter(name -> name.startsWith(LdmCheckpoint.Names.UNET + "input_blocks.") && blockOf(name) >= end)
                .findFirst()
                .ifPresent(name -> {
                    throw new CheckpointException(
                            "file %s: block %s of the U-Net is missing or of another kind than Stable Diffusion 1.x's, but there is %s"
                                    .formatted(source, block(end), name));
                });
    }

    private static int blockOf(String name) {
        String numbered = name.substring((LdmCheckpoint.Names.UNET + "input_blocks.").length());
        return Integer.parseInt(numbered.substring(0, numbered.indexOf('.')));
    }

    private Level level(int first, int end) {
        return new Level(
                size(block(first) + "0.out_layers.3.weight", 0), has(block(first) + "1.norm.weight"), end - first);
    }

    private boolean isResnet(int n) {
        return has(block(n) + "0.out_layers.3.weight");
    }

    private boolean isDownsampler(int n) {
        return has(block(n) + "0.op.weight");
    }

    private static String block(int n) {
        return LdmCheckpoint.Names.UNET + "input_blocks." + n + ".";
    }

    /** 32 as in Stable Diffusion, less only where a smaller model's channels demand it. */
    private static int normGroups(List<Integer> channels) {
        int groups = NORM_GROUPS;
        for (int width : channels) {
            while (width % groups != 0) {
                groups /= 2;
            }
        }
        return groups;
    }

    KlAutoencoderConfig vae() {
        String level = LdmCheckpoint.Names.VAE + "encoder.down.%d.block.0.conv2.weight";
        List<Integer> channels = IntStream.range(0, count(level))
                .mapToObj(i -> size(level.formatted(i), 0))
                .toList();
        return KlAutoencoderConfig.fromJson(
                json(Map.of(
                        "block_out_channels", channels,
                        "down_block_types", Collections.nCopies(channels.size(), "DownEncoderBlock2D"),
                        "up_block_types", Collections.nCopies(channels.size(), "UpDecoderBlock2D"),
                        "layers_per_block", count(LdmCheckpoint.Names.VAE + "encoder.down.0.block.%d.conv2.weight"),
                        "norm_num_groups", normGroups(channels),
                        "latent_channels", size(LdmCheckpoint.Names.VAE + "post_quant_conv.weight", 0))),
                source);
    }

    ClipTextConfig text() {
        int width = size(TEXT_MODEL + "embeddings.token_embedding.weight", 1);
        return ClipTextConfig.fromJson(
                json(Map.of(
                        "vocab_size", size(TEXT_MODEL + "embeddings.token_embedding.weight", 0),
                        "hidden_size", width,
                        "intermediate_size", size(TEXT_MODEL + "encoder.layers.0.mlp.fc1.weight", 0),
                        "num_hidden_layers", count(TEXT_MODEL + "encoder.layers.%d.mlp.fc1.weight"),
                        "num_attention_heads", Math.max(1, width / TEXT_HEAD_WIDTH),
                        "max_position_embeddings", size(TEXT_MODEL + "embeddings.position_embedding.weight", 0),
                        "hidden_act", "quick_gelu")),
                source);
    }

    SchedulerConfig scheduler() {
        return SchedulerConfig.fromJson(json(SCHEDULER), source);
    }

    private static JsonObject json(Map<String, Object> values) {
        return new Gson().toJsonTree(values).getAsJsonObject();
    }

    /** How many tensors there are of a numbered name, from 0 without a gap. */
    private int count(String name) {
        int count = 0;
        while (has(name.formatted(count))) {
            count++;
        }
        return count;
    }

    private boolean has(String name) {
        return weights.find(name).isPresent();
    }

    private long[] shape(String name) {
        return weights.find(name)
                .orElseThrow(() -> new CheckpointException("file %s: tensor %s is missing".formatted(source, name)))
                .shape();
    }

    private int size(String name, int dimension) {
        long[] shape = shape(name);
        if (dimension >= shape.length) {
            throw new CheckpointException("file %s: tensor %s: expected more than %d dimensions, found %s"
                    .formatted(source, name, dimension, Arrays.toString(shape)));
        }
        return Math.toIntExact(shape[dimension]);
    }
}
