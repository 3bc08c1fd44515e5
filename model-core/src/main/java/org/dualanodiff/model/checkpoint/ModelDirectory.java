package org.dualanodiff.model.checkpoint;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private static final List<String> CONFIGS = List.of(
            INDEX,
            "unet/config.json",
            "vae/config.json",
            "text_encoder/config.json",
            "scheduler/scheduler_config.json");
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
        this.unet = new WeightFiles(root.resolve("unet"), "diffusion_pytorch_model");
        this.vae = new WeightFiles(root.resolve("vae"), "diffusion_pytorch_model");
        this.text = new WeightFiles(root.resolve("text_encoder"), "model");
    }

    /**
     * Opens a directory and checks that every part is there; the parts are read later, when asked for.
     *
     * @throws CheckpointException listing everything that is missing, or if it is another kind of model
     */
    public static ModelDirectory open(Path root) {
        if (!Files.isDirectory(root)) {
            throw new CheckpointException("model directory " + root + " does not exist");
        }
        ModelDirectory directory = new ModelDirectory(root);
        List<String> missing = directory.missing();
        if (!missing.isEmpty()) {
            throw new CheckpointException("model directory %s: missing %s".formatted(root, String.join(", ", missing)));
        }
        directory.rejectOtherModels();
        return directory;
    }

    private List<String> missing() {
        List<String> missing = new ArrayList<>();
        CONFIGS.stream()
                .filter(name -> !Files.isRegularFile(root.resolve(name)))
                .forEach(missing::add);
        Stream.of(unet, vae, text)
                .filter(weights -> weights.entry().isEmpty())
                .map(WeightFiles::missing)
                .forEach(missing::add);
        if (!hasTokenizer(tokenizer())) {
            missing.add("tokenizer/vocab.json and tokenizer/merges.txt (or tokenizer/tokenizer.json)");
        }
        return missing;
    }

    static boolean hasTokenizer(Path folder) {
        return Files.isRegularFile(folder.resolve("tokenizer.json"))
                || Files.isRegularFile(folder.resolve("vocab.json"))
                        && Files.isRegularFile(folder.resolve("merges.txt"));
    }

    private void rejectOtherModels() {
        Path index = root.resolve(INDEX);
        JsonObject json = JsonFiles.readObject(index);
        List<String> foreign = Stream.of("text_encoder_2", "tokenizer_2", "transformer", "prior")
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
        return config("unet/config.json", UNetConfig::fromJson);
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
        return config("scheduler/scheduler_config.json", SchedulerConfig::fromJson);
    }

    private <T> T config(String name, BiFunction<JsonObject, String, T> parse) {
        Path file = root.resolve(name);
        return parse.apply(JsonFiles.readObject(file), file.toString());
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
        return WeightSource.open(text.files());
    }

    @Override
    public Optional<Path> startingAdapter() {
        return Optional.of(root.resolve(STARTING_ADAPTER)).filter(Files::isRegularFile);
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
     * Other files beside them do not count. Of a file above 64 MiB the content is sampled, as {@link Fingerprint} says.
     */
    @Override
    public String fingerprint() {
        Stream<Path> configs = CONFIGS.stream().map(root::resolve);
        Stream<Path> tokenizer =
                TOKENIZER_FILES.stream().map(tokenizer()::resolve).filter(Files::isRegularFile);
        Stream<Path> weights =
                Stream.of(unet, vae, text).map(WeightFiles::files).flatMap(Collection::stream);
        return Fingerprint.of(
                root,
                Stream.of(configs, tokenizer, weights, startingAdapter().stream())
                        .flatMap(files -> files));
    }
}
