package org.dualanodiff.model.checkpoint;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.dualanodiff.model.diffusion.SchedulerConfig;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.AutoencoderConfig;

/**
 * A model in one file with the tensor names of the LDM code, such as {@code v1-5-pruned-emaonly.safetensors}. Names are
 * translated at load; sizes follow from the shapes; what shapes do not tell (heads, norm groups, schedule) is that of
 * Stable Diffusion 1.x. The file has no tokenizer: a folder {@code tokenizer} beside it holds CLIP's.
 */
public final class LdmCheckpoint implements ModelFiles {

    private static final int HEADS = 8;
    private static final int NORM_GROUPS = 32;
    private static final int HEAD_WIDTH_OF_TEXT = 64;

    private final Path file;
    private final WeightSource weights;

    private LdmCheckpoint(Path file, WeightSource weights) {
        this.file = file;
        this.weights = weights;
    }

    static LdmCheckpoint open(Path file) {
        LdmCheckpoint checkpoint = new LdmCheckpoint(file, WeightSource.open(file));
        List<String> missing = Stream.of(
                        LdmNames.UNET + "input_blocks.0.0.weight",
                        LdmNames.VAE + "encoder.conv_in.weight",
                        LdmNames.TEXT + "text_model.embeddings.token_embedding.weight")
                .filter(name -> checkpoint.weights.find(name).isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new CheckpointException(
                    "file %s: not a single-file Stable Diffusion 1.x checkpoint: missing %s".formatted(file, missing));
        }
        if (!Files.isDirectory(checkpoint.tokenizer())) {
            throw new CheckpointException(
                    "file %s: a single-file checkpoint has no tokenizer; put CLIP's vocab.json and merges.txt into %s"
                            .formatted(file, checkpoint.tokenizer()));
        }
        return checkpoint;
    }

    @Override
    public Path root() {
        return file;
    }

    @Override
    public Path tokenizer() {
        return file.resolveSibling("tokenizer");
    }

    @Override
    public UNetConfig unetConfig() {
        List<Integer> channels = new ArrayList<>();
        List<String> down = new ArrayList<>();
        int layers = 0;
        int inLevel = 0;
        for (int n = 1; has(block(n) + "0.out_layers.3.weight") || has(block(n) + "0.op.weight"); n++) {
            if (has(block(n) + "0.op.weight")) {
                inLevel = 0;
                continue;
            }
            if (inLevel++ == 0) {
                channels.add(size(block(n) + "0.out_layers.3.weight", 0));
                down.add(has(block(n) + "1.norm.weight") ? "CrossAttnDownBlock2D" : "DownBlock2D");
            }
            layers = Math.max(layers, inLevel);
        }
        List<String> up = new ArrayList<>(down);
        Collections.reverse(up);
        up.replaceAll(type -> type.replace("Down", "Up"));
        String attention = LdmNames.UNET + "middle_block.1.";
        return UNetConfig.fromJson(
                json(Map.of(
                        "in_channels",
                        size(LdmNames.UNET + "input_blocks.0.0.weight", 1),
                        "out_channels",
                        size(LdmNames.UNET + "out.2.weight", 0),
                        "block_out_channels",
                        channels,
                        "down_block_types",
                        down,
                        "up_block_types",
                        up,
                        "layers_per_block",
                        layers,
                        "attention_head_dim",
                        HEADS,
                        "norm_num_groups",
                        normGroups(channels),
                        "cross_attention_dim",
                        size(attention + "transformer_blocks.0.attn2.to_k.weight", 1),
                        "use_linear_projection",
                        shape(attention + "proj_in.weight").length == 2)),
                file.toString());
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

    private static String block(int n) {
        return LdmNames.UNET + "input_blocks." + n + ".";
    }

    @Override
    public AutoencoderConfig vaeConfig() {
        List<Integer> channels = new ArrayList<>();
        int layers = 0;
        for (int i = 0; has(down(i) + "block.0.conv2.weight"); i++) {
            channels.add(size(down(i) + "block.0.conv2.weight", 0));
        }
        while (has(down(0) + "block." + layers + ".conv2.weight")) {
            layers++;
        }
        return AutoencoderConfig.fromJson(
                json(Map.of(
                        "block_out_channels", channels,
                        "down_block_types",
                                channels.stream().map(c -> "DownEncoderBlock2D").toList(),
                        "up_block_types",
                                channels.stream().map(c -> "UpDecoderBlock2D").toList(),
                        "layers_per_block", layers,
                        "norm_num_groups", normGroups(channels),
                        "latent_channels", size(LdmNames.VAE + "post_quant_conv.weight", 0))),
                file.toString());
    }

    private static String down(int level) {
        return LdmNames.VAE + "encoder.down." + level + ".";
    }

    @Override
    public ClipTextConfig textConfig() {
        String model = LdmNames.TEXT + "text_model.";
        int width = size(model + "embeddings.token_embedding.weight", 1);
        int layers = 0;
        while (has(model + "encoder.layers." + layers + ".mlp.fc1.weight")) {
            layers++;
        }
        return ClipTextConfig.fromJson(
                json(Map.of(
                        "vocab_size", size(model + "embeddings.token_embedding.weight", 0),
                        "hidden_size", width,
                        "intermediate_size", size(model + "encoder.layers.0.mlp.fc1.weight", 0),
                        "num_hidden_layers", layers,
                        "num_attention_heads", Math.max(1, width / HEAD_WIDTH_OF_TEXT),
                        "max_position_embeddings", size(model + "embeddings.position_embedding.weight", 0),
                        "hidden_act", "quick_gelu")),
                file.toString());
    }

    @Override
    public SchedulerConfig schedulerConfig() {
        return SchedulerConfig.fromJson(
                json(Map.of(
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
                        true)),
                file.toString());
    }

    @Override
    public WeightSource unetWeights() {
        return translated(ParameterLayout.of(unetConfig()), names()::unet);
    }

    @Override
    public WeightSource vaeWeights() {
        // The LDM code stores these linear maps as 1x1 convolutions.
        return translated(ParameterLayout.of(vaeConfig()), names()::vae)
                .withoutTrailingOnes(name -> name.contains(".mid_block.attentions.") && name.endsWith(".weight"));
    }

    @Override
    public WeightSource textWeights() {
        return translated(ParameterLayout.of(textConfig()), names()::text);
    }

    private LdmNames names() {
        UNetConfig unet = unetConfig();
        return new LdmNames(
                unet.layersPerBlock().get(0),
                unet.upAttention()::get,
                vaeConfig().blockOutChannels().size());
    }

    private WeightSource translated(Map<String, long[]> layout, UnaryOperator<String> toLdm) {
        Map<String, String> fromLdm = new HashMap<>();
        layout.keySet().forEach(name -> fromLdm.put(toLdm.apply(name), name));
        return weights.renamed(name -> fromLdm.getOrDefault(name, name));
    }

    private static JsonObject json(Map<String, Object> values) {
        return new Gson().toJsonTree(values).getAsJsonObject();
    }

    private boolean has(String name) {
        return weights.find(name).isPresent();
    }

    private long[] shape(String name) {
        return weights.find(name)
                .orElseThrow(() -> new CheckpointException("file %s: tensor %s is missing".formatted(file, name)))
                .shape();
    }

    private int size(String name, int dimension) {
        return Math.toIntExact(shape(name)[dimension]);
    }

    @Override
    public String fingerprint() {
        Stream<Path> tokenizer = Stream.of("tokenizer.json", "vocab.json", "merges.txt")
                .map(tokenizer()::resolve)
                .filter(Files::isRegularFile);
        return Fingerprint.of(
                file.toAbsolutePath().getParent(),
                Stream.concat(Stream.of(file.toAbsolutePath()), tokenizer.map(Path::toAbsolutePath)));
    }
}
