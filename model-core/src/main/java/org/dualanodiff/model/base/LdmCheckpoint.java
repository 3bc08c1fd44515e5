package org.dualanodiff.model.base;

import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.checkpoint.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
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
    private static final List<String> TOKENIZER_FILES = List.of("tokenizer.json", "vocab.json", "merges.txt");

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
        return name.startsWith(LdmNames.TEXT)
                ? LdmNames.TEXT + ModelDirectory.currentTextName(name.substring(LdmNames.TEXT.length()))
                : name;
    }

    private void rejectOtherModels() {
        List<String> missing = Stream.of(
                        LdmNames.UNET + "input_blocks.0.0.weight",
                        LdmNames.VAE + "encoder.conv_in.weight",
                        LdmNames.TEXT + "text_model.embeddings.token_embedding.weight")
                .filter(name -> weights.find(name).isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new CheckpointException(
                    "file %s: not a single-file Stable Diffusion 1.x checkpoint: missing %s".formatted(file, missing));
        }
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

    /** Where the tokenizer lies does not count, only what it holds. */
    @Override
    public String fingerprint() {
        Map<String, Path> files = new TreeMap<>();
        files.put(file.getFileName().toString(), file);
        TOKENIZER_FILES.stream()
                .filter(name -> Files.isRegularFile(tokenizer.resolve(name)))
                .forEach(name -> files.put("tokenizer/" + name, tokenizer.resolve(name)));
        return FileFingerprint.of(files);
    }
}
