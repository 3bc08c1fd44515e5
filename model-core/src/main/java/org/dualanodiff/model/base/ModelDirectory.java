package org.dualanodiff.model.base;

import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.checkpoint.UnreadableFile;
import org.dualanodiff.model.checkpoint.JsonFiles;
import org.dualanodiff.model.checkpoint.CheckpointException;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.dualanodiff.model.diffusion.SchedulerConfig;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.AutoencoderConfig;

/**
 * A Stable Diffusion 1.x model as diffusers lays it out: {@code model_index.json} and the folders {@code unet},
 * {@code vae}, {@code text_encoder}, {@code tokenizer} and {@code scheduler}.
 */
public final class ModelDirectory implements ModelFiles {
    private static final String INDEX = "model_index.json";
    private static final List<String> CONFIGS =
            List.of(INDEX, OldConfig.UNET, "vae/config.json", "text_encoder/config.json", OldConfig.SCHEDULER);
    /** Beyond diffusers' layout: the adapter, trained on pairs of many products, that others may start from. */
    public static final String STARTING_ADAPTER = "starting_adapter/pytorch_lora_weights.safetensors";

    private static final List<String> TOKENIZER_FILES =
            List.of("tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json");

    private final Path root;
    private final WeightFiles unet;
    private final WeightFiles vae;
    private final WeightFiles text;

    private ModelDirectory(Path root) {
        this.root = root;
        this.unet = WeightFiles.ofDiffusers(root.resolve("unet"));
        this.vae = WeightFiles.ofDiffusers(root.resolve("vae"));
        this.text = WeightFiles.ofTransformers(root.resolve("text_encoder"));
    }

    /**
     * Opens a directory and checks that every part is there; the parts are read later, when asked for.
     *
     * @throws CheckpointException listing everything that is missing, or if it is another kind of model
     */
    public static ModelDirectory open(Path root) {
        UnreadableFile.absence(root).ifPresent(why -> {
            throw new CheckpointException(
                    "model directory %s: %s".formatted(root, why.equals("missing") ? "does not exist" : why));
        });
        ModelDirectory directory = new ModelDirectory(root);
        if (Files.isRegularFile(root.resolve(INDEX))) {
            directory.rejectOtherModels();
        }
        List<String> absent = directory.absent();
        if (!absent.isEmpty()) {
            throw new CheckpointException("model directory %s %s"
                    .formatted(
                            root,
                            NearbyModel.instead(root).orElseGet(() -> "cannot be used: " + String.join(", ", absent))));
        }
        return directory;
    }

    private List<String> absent() {
        Stream<String> configs = CONFIGS.stream()
                .flatMap(name ->
                        UnreadableFile.absence(root.resolve(name)).map(why -> "%s (%s)".formatted(name, why)).stream());
        Stream<String> weights = Stream.of(unet, vae, text).flatMap(part -> part.absence().stream());
        return Stream.of(configs, weights, tokenizerAbsence(tokenizer()).stream())
                .flatMap(names -> names)
                .toList();
    }

    /** What keeps a tokenizer from being read, if anything. */
    static Optional<String> tokenizerAbsence(Path folder) {
        return hasTokenizer(folder)
                ? Optional.empty()
                : Optional.of("tokenizer/vocab.json and tokenizer/merges.txt, or tokenizer/tokenizer.json (%s)"
                        .formatted(UnreadableFile.absence(folder).orElse("missing")));
    }

    static boolean hasTokenizer(Path folder) {
        return Files.isRegularFile(folder.resolve("tokenizer.json"))
                || Files.isRegularFile(folder.resolve("vocab.json"))
                        && Files.isRegularFile(folder.resolve("merges.txt"));
    }

    private void rejectOtherModels() {
        Path index = root.resolve(INDEX);
        JsonObject json = JsonFiles.readObject(index);
        List<String> foreign = Stream.of("text_encoder_2", "tokenizer_2", "transformer", "prior", "controlnet")
                .filter(json::has)
                .toList();
        if (!foreign.isEmpty()) {
            throw new CheckpointException(
                    "%s: supported are Stable Diffusion 1.x models (one unet, vae, text_encoder), found %s with %s"
                            .formatted(index, json.get("_class_name"), foreign));
        }
    }

    @Override
    public Path root() {
        return root;
    }

    @Override
    public Path tokenizer() {
        return root.resolve("tokenizer");
    }

    @Override
    public UNetConfig unetConfig() {
        return config(OldConfig.UNET, UNetConfig::fromJson);
    }

    @Override
    public AutoencoderConfig vaeConfig() {
        return config("vae/config.json", AutoencoderConfig::fromJson);
    }

    @Override
    public ClipTextConfig textConfig() {
        return config("text_encoder/config.json", ClipTextConfig::fromJson);
    }

    @Override
    public SchedulerConfig schedulerConfig() {
        return config(OldConfig.SCHEDULER, SchedulerConfig::fromJson);
    }

    private <T> T config(String name, BiFunction<JsonObject, String, T> parse) {
        Path file = root.resolve(name);
        JsonObject json = JsonFiles.readObject(file);
        OldConfig.repair(name, json);
        return parse.apply(json, file.toString());
    }

    @Override
    public List<String> repairs() {
        return Stream.of(OldConfig.UNET, OldConfig.SCHEDULER)
                .flatMap(name -> OldConfig.repair(name, JsonFiles.readObject(root.resolve(name))).stream()
                        .map(repair -> root.resolve(name) + ": " + repair))
                .toList();
    }

    @Override
    public WeightSource unetWeights() {
        return WeightSource.open(unet.files());
    }

    /** The autoencoder's weights; the attention names of older diffusers appear under today's. */
    @Override
    public WeightSource vaeWeights() {
        return WeightSource.open(vae.files()).renamed(ModelDirectory::currentAttentionName);
    }

    @Override
    public WeightSource textWeights() {
        return WeightSource.open(text.files()).renamed(ModelDirectory::currentTextName);
    }

    @Override
    public Optional<Path> startingAdapter() {
        return Optional.of(root.resolve(STARTING_ADAPTER)).filter(Files::isRegularFile);
    }

    /** Some files name the text model's parts without the module that holds them. */
    static String currentTextName(String name) {
        return name.startsWith("embeddings.") || name.startsWith("encoder.") || name.startsWith("final_layer_norm.")
                ? "text_model." + name
                : name;
    }

    static String currentAttentionName(String name) {
        return name.contains(".mid_block.attentions.")
                ? name.replace(".query.", ".to_q.")
                        .replace(".key.", ".to_k.")
                        .replace(".value.", ".to_v.")
                        .replace(".proj_attn.", ".to_out.0.")
                : name;
    }

    /**
     * Identifies the model: SHA-256 as lower-case hex over relative name, size and content of every file that is read.
     * Other files beside them do not count. Of a file above 64 MiB the content is sampled, as {@link FileFingerprint} says.
     */
    @Override
    public String fingerprint() {
        Stream<Path> configs = CONFIGS.stream().map(root::resolve);
        Stream<Path> tokenizer =
                TOKENIZER_FILES.stream().map(tokenizer()::resolve).filter(Files::isRegularFile);
        Stream<Path> weights =
                Stream.of(unet, vae, text).map(WeightFiles::files).flatMap(Collection::stream);
        return FileFingerprint.of(
                root,
                Stream.of(configs, tokenizer, weights, startingAdapter().stream())
                        .flatMap(files -> files));
    }
}
