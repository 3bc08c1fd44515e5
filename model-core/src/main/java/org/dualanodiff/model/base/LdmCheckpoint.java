package org.dualanodiff.model.base;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.model.base.ModelFiles.FileFingerprint;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.diffusion.SchedulerConfig;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.KlAutoencoderConfig;

/**
 * A model in one file with the tensor names of the LDM code, such as {@code v1-5-pruned-emaonly.safetensors} or a
 * {@code .ckpt}. Names are translated at load; sizes follow from the shapes, as {@link LdmSizes} says. The file has no
 * tokenizer: a folder beside it, or one that is named, holds CLIP's.
 */
public final class LdmCheckpoint implements ModelFiles {
    private static final String OPEN_CLIP = "cond_stage_model.model.token_embedding.weight";

    private final Path file;
    private final Path tokenizer;
    private final WeightSource weights;
    private final LdmSizes sizes;

    private LdmCheckpoint(Path file, Path tokenizer, WeightSource weights) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.weights = weights;
        this.sizes = new LdmSizes(weights, file.toString());
    }

    /**
     * Opens a file that has the tokenizer in the folder {@code tokenizer} beside it.
     *
     * @throws CheckpointException as {@link #open(Path, Path)}
     */
    public static LdmCheckpoint open(Path file) {
        return open(file, file.resolveSibling("tokenizer"));
    }

    /**
     * Opens a file; the weights are read later, when asked for.
     *
     * @param tokenizer the folder with CLIP's {@code vocab.json} and {@code merges.txt}
     * @throws CheckpointException if the file is damaged, another kind of model, or there is no tokenizer
     */
    public static LdmCheckpoint open(Path file, Path tokenizer) {
        WeightSource weights = WeightSource.open(file).renamed(LdmCheckpoint::currentName);
        LdmCheckpoint checkpoint = new LdmCheckpoint(file, tokenizer, weights);
        checkpoint.rejectOtherModels();
        ModelDirectory.tokenizerAbsence(tokenizer).ifPresent(why -> {
            throw new CheckpointException(
                    "file %s: a single-file checkpoint has no tokenizer; put CLIP's vocab.json and merges.txt into %s, found: %s"
                            .formatted(file, tokenizer, why));
        });
        return checkpoint;
    }

    private static String currentName(String name) {
        return name.startsWith(Names.TEXT)
                ? Names.TEXT + ModelDirectory.currentTextName(name.substring(Names.TEXT.length()))
                : name;
    }

    private void rejectOtherModels() {
        List<String> missing = Stream.of(
                        Names.UNET + "input_blocks.0.0.weight",
                        Names.VAE + "encoder.conv_in.weight",
                        Names.TEXT + "text_model.embeddings.token_embedding.weight")
                .filter(name -> weights.find(name).isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new CheckpointException(
                    isOf2()
                            ? "file %s: a single-file checkpoint of Stable Diffusion 2.x; give it as a directory: diffusers makes one with StableDiffusionPipeline.from_single_file(FILE).save_pretrained(DIRECTORY)"
                                    .formatted(file)
                            : "file %s: not a single-file Stable Diffusion 1.x checkpoint: missing %s"
                                    .formatted(file, missing));
        }
    }

    /** OpenCLIP names the parts of a text encoder in its own way. */
    private boolean isOf2() {
        return weights.find(OPEN_CLIP).isPresent();
    }

    @Override
    public Path root() {
        return file;
    }

    @Override
    public Path tokenizer() {
        return tokenizer;
    }

    @Override
    public UNetConfig unetConfig() {
        return sizes.unet();
    }

    @Override
    public KlAutoencoderConfig vaeConfig() {
        return sizes.vae();
    }

    @Override
    public ClipTextConfig textConfig() {
        return sizes.text();
    }

    @Override
    public SchedulerConfig schedulerConfig() {
        return sizes.scheduler();
    }

    @Override
    public WeightSource unetWeights() {
        return translated(unetConfig().parameters(), names()::unet);
    }

    @Override
    public WeightSource vaeWeights() {
        // The LDM code stores these linear maps as 1x1 convolutions.
        return translated(vaeConfig().parameters(), names()::vae)
                .withoutTrailingOnes(name -> name.contains(".mid_block.attentions.") && name.endsWith(".weight"));
    }

    @Override
    public WeightSource textWeights() {
        return translated(textConfig().parameters(), names()::text);
    }

    private Names names() {
        UNetConfig unet = unetConfig();
        return new Names(
                unet.layersPerBlock().get(0),
                unet.upAttention()::get,
                vaeConfig().blockOutChannels().size());
    }

    private WeightSource translated(Map<String, long[]> layout, UnaryOperator<String> toLdm) {
        Map<String, String> fromLdm = new HashMap<>();
        layout.keySet().forEach(name -> fromLdm.put(toLdm.apply(name), name));
        return weights.renamed(name -> fromLdm.getOrDefault(name, name));
    }

    /** Where the tokenizer lies does not count, only what it holds. */
    @Override
    public String fingerprint() {
        Map<String, Path> files = new TreeMap<>();
        files.put(file.getFileName().toString(), file);
        ModelDirectory.TOKENIZER_FILES.stream()
                .filter(name -> Files.isRegularFile(tokenizer.resolve(name)))
                .forEach(name -> files.put("tokenizer/" + name, tokenizer.resolve(name)));
        return FileFingerprint.of(files);
    }

    /**
     * What a tensor that diffusers knows by one name is called in a single-file checkpoint. The LDM code numbers the blocks of
     * the U-Net in one row; diffusers groups them by resolution.
     *
     * <p>Source: the published {@code v1-5-pruned-emaonly} file and the two projects' module trees.
     */
    static final class Names {

        static final String UNET = "model.diffusion_model.";
        static final String VAE = "first_stage_model.";
        static final String TEXT = "cond_stage_model.transformer.";

        private static final Pattern UNET_BLOCK = Pattern.compile(
                "(down_blocks|up_blocks)\\.(\\d+)\\.(resnets|attentions|downsamplers|upsamplers)\\.(\\d+)\\.(.*)");
        private static final Pattern UNET_MID = Pattern.compile("mid_block\\.(resnets|attentions)\\.(\\d+)\\.(.*)");
        private static final Pattern VAE_BLOCK = Pattern.compile(
                "(encoder|decoder)\\.(down_blocks|up_blocks)\\.(\\d+)\\.(resnets|downsamplers|upsamplers)\\.(\\d+)\\.(.*)");
        private static final Pattern VAE_MID =
                Pattern.compile("(encoder|decoder)\\.mid_block\\.(resnets|attentions)\\.(\\d+)\\.(.*)");

        private final int layersPerBlock;
        private final int vaeLevels;
        private final IntPredicate upAttention;

        /**
         * @param layersPerBlock ResNet blocks of one level of the U-Net on the way down
         * @param upAttention whether the up block of an index looks at the text
         * @param vaeLevels resolution levels of the autoencoder
         */
        Names(int layersPerBlock, IntPredicate upAttention, int vaeLevels) {
            this.layersPerBlock = layersPerBlock;
            this.upAttention = upAttention;
            this.vaeLevels = vaeLevels;
        }

        String unet(String name) {
            Matcher block = UNET_BLOCK.matcher(name);
            if (block.matches()) {
                return UNET + unetBlock(block.toMatchResult());
            }
            Matcher mid = UNET_MID.matcher(name);
            if (mid.matches()) {
                boolean resnet = mid.group(1).equals("resnets");
                int index = resnet ? 2 * Integer.parseInt(mid.group(2)) : 1;
                return UNET + "middle_block." + index + "." + (resnet ? unetResnet(mid.group(3)) : mid.group(3));
            }
            return UNET
                    + name.replace("time_embedding.linear_1.", "time_embed.0.")
                            .replace("time_embedding.linear_2.", "time_embed.2.")
                            .replace("conv_in.", "input_blocks.0.0.")
                            .replace("conv_norm_out.", "out.0.")
                            .replace("conv_out.", "out.2.");
        }

        private String unetBlock(MatchResult block) {
            boolean down = block.group(1).equals("down_blocks");
            int level = Integer.parseInt(block.group(2));
            int index = Integer.parseInt(block.group(4));
            int row = level * (layersPerBlock + 1) + (down ? 1 : 0);
            String rest = block.group(5);
            return switch (block.group(3)) {
                case "resnets" -> row(down, row + index) + "0." + unetResnet(rest);
                case "attentions" -> row(down, row + index) + "1." + rest;
                case "downsamplers" -> row(true, row + layersPerBlock) + "0." + rest.replace("conv.", "op.");
                default -> row(false, row + layersPerBlock) + (upAttention.test(level) ? "2." : "1.") + rest;
            };
        }

        private static String row(boolean down, int index) {
            return (down ? "input_blocks." : "output_blocks.") + index + ".";
        }

        private static String unetResnet(String rest) {
            return rest.replace("norm1.", "in_layers.0.")
                    .replace("conv1.", "in_layers.2.")
                    .replace("time_emb_proj.", "emb_layers.1.")
                    .replace("norm2.", "out_layers.0.")
                    .replace("conv2.", "out_layers.3.")
                    .replace("conv_shortcut.", "skip_connection.");
        }

        String vae(String name) {
            Matcher block = VAE_BLOCK.matcher(name);
            if (block.matches()) {
                return VAE + vaeBlock(block.toMatchResult());
            }
            Matcher mid = VAE_MID.matcher(name);
            if (mid.matches()) {
                boolean resnet = mid.group(2).equals("resnets");
                String part = resnet ? "block_" + (Integer.parseInt(mid.group(3)) + 1) : "attn_1";
                return VAE + mid.group(1) + ".mid." + part + "."
                        + (resnet
                                ? mid.group(4).replace("conv_shortcut.", "nin_shortcut.")
                                : vaeAttention(mid.group(4)));
            }
            return VAE + name.replace("conv_norm_out.", "norm_out.");
        }

        private String vaeBlock(MatchResult block) {
            boolean down = block.group(2).equals("down_blocks");
            int index = Integer.parseInt(block.group(3));
            String level = block.group(1) + (down ? ".down." + index : ".up." + (vaeLevels - 1 - index)) + ".";
            return switch (block.group(4)) {
                case "resnets" ->
                    level + "block." + block.group(5) + "." + block.group(6).replace("conv_shortcut.", "nin_shortcut.");
                case "downsamplers" -> level + "downsample." + block.group(6);
                default -> level + "upsample." + block.group(6);
            };
        }

        private static String vaeAttention(String rest) {
            return rest.replace("group_norm.", "norm.")
                    .replace("to_q.", "q.")
                    .replace("to_k.", "k.")
                    .replace("to_v.", "v.")
                    .replace("to_out.0.", "proj_out.");
        }

        String text(String name) {
            return TEXT + name;
        }
    }
}
