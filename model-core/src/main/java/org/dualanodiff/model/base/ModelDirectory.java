package org.dualanodiff.model.base;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.model.base.ModelFiles.FileFingerprint;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.UnreadableFile;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.diffusion.SchedulerConfig;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.Autoencoder;

/**
 * A Stable Diffusion 1.x or 2.x model as diffusers lays it out: {@code model_index.json} and the folders {@code unet},
 * {@code vae}, {@code text_encoder}, {@code tokenizer} and {@code scheduler}.
 */
public final class ModelDirectory implements ModelFiles {
    /** What makes a folder a model. */
    public static final String INDEX = "model_index.json";

    private static final List<String> CONFIGS =
            List.of(INDEX, OldConfig.UNET, "vae/config.json", "text_encoder/config.json", OldConfig.SCHEDULER);
    /** Beyond diffusers' layout: the adapter, trained on pairs of many products, that others may start from. */
    public static final String STARTING_ADAPTER = "starting_adapter/pytorch_lora_weights.safetensors";

    /** All that a tokenizer is read from, as far as it is there. */
    static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "vocab.json",
            "merges.txt",
            "added_tokens.json",
            "tokenizer_config.json",
            "special_tokens_map.json");

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
     * @param place the model's directory, or that of a model in the Hugging Face cache: it stands for the version which its
     *     main branch names, or for the only version
     * @throws CheckpointException listing everything that is missing, or if it is another kind of model
     */
    public static ModelDirectory open(Path place) {
        Path root = Nearby.version(place).orElse(place);
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
                            Nearby.instead(root).orElseGet(() -> "cannot be used: " + String.join(", ", absent))));
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
        JsonObject json = ConfigReader.readObject(index);
        List<String> foreign = Stream.of("text_encoder_2", "tokenizer_2", "transformer", "prior", "controlnet")
                .filter(json::has)
                .toList();
        if (!foreign.isEmpty()) {
            throw new CheckpointException(
                    "%s: supported are Stable Diffusion 1.x and 2.x (one unet, vae, text_encoder), found %s with %s"
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
    public Autoencoder.Config vaeConfig() {
        return config("vae/config.json", Autoencoder.Config::fromJson);
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
        JsonObject json = ConfigReader.readObject(file);
        OldConfig.repair(name, json);
        return parse.apply(json, file.toString());
    }

    @Override
    public List<String> repairs() {
        return Stream.of(OldConfig.UNET, OldConfig.SCHEDULER)
                .flatMap(name -> OldConfig.repair(name, ConfigReader.readObject(root.resolve(name))).stream()
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

    /** Where the model lies that somebody meant who named a folder above, below or beside it. */
    private static final class Nearby {
        private Nearby() {}

        /** What to give instead of a folder that is no model, as a sentence; empty if there is no model near it. */
        static Optional<String> instead(Path folder) {
            return hubCache(folder)
                    .or(() -> children(folder)
                            .filter(child -> Files.exists(child.resolve(INDEX)))
                            .findFirst()
                            .map("is no model, but has one in it: give %s"::formatted))
                    .or(() -> children(folder)
                            .filter(file -> isSingleFile(file) && !Files.exists(file.resolveSibling("config.json")))
                            .findFirst()
                            .map(
                                    "is no model directory, but holds single-file checkpoints: give one of them, such as %s"
                                            ::formatted))
                    .or(() -> Optional.ofNullable(folder.toAbsolutePath().getParent())
                            .filter(parent -> Files.exists(parent.resolve(INDEX)))
                            .map("is a part of a model: give %s"::formatted));
        }

        private static boolean isSingleFile(Path file) {
            return file.toString().matches(".*\\.(safetensors|ckpt)") && Files.isRegularFile(file);
        }

        /** The cache of Hugging Face keeps each version of a model in {@code snapshots/HASH}. */
        static Optional<Path> version(Path folder) {
            if (!isHubCache(folder)) {
                return Optional.empty();
            }
            List<Path> versions = versions(folder);
            return main(folder, versions)
                    .or(() -> versions.stream()
                            .filter(only -> versions.size() == 1)
                            .findFirst());
        }

        private static boolean isHubCache(Path folder) {
            return Files.isDirectory(folder.resolve("snapshots"))
                    && (Files.isDirectory(folder.resolve("blobs")) || Files.isDirectory(folder.resolve("refs")));
        }

        private static List<Path> versions(Path folder) {
            return children(folder.resolve("snapshots")).toList();
        }

        private static Optional<Path> main(Path folder, List<Path> versions) {
            try {
                String hash = Files.readString(folder.resolve("refs/main")).strip();
                return versions.stream()
                        .filter(version -> version.getFileName().toString().equals(hash))
                        .findFirst();
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        private static Optional<String> hubCache(Path folder) {
            return isHubCache(folder)
                    ? Optional.of(versions(folder).stream()
                            .findFirst()
                            .map(
                                    "is of several versions in the Hugging Face cache, and none is its main: give one of them, such as %s"
                                            ::formatted)
                            .orElse("is in the Hugging Face cache without a version: download the model again"))
                    : Optional.empty();
        }

        private static Stream<Path> children(Path folder) {
            try (Stream<Path> inside = Files.list(folder)) {
                List<Path> sorted =
                        inside.sorted(Comparator.comparing(Path::toString)).toList();
                return sorted.stream();
            } catch (IOException e) {
                return Stream.empty();
            }
        }
    }

    /**
     * What diffusers repairs when it opens a Stable Diffusion directory, because early conversions wrote it wrongly.
     *
     * <p>Source: diffusers, {@code StableDiffusionPipeline.__init__}.
     */
    private static final class OldConfig {
        static final String UNET = "unet/config.json";
        static final String SCHEDULER = "scheduler/scheduler_config.json";

        private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
        /** Versions of diffusers below 0.9 wrote half of the size. */
        private static final int RIGHT_SINCE = 9;

        private static final int SAMPLE_SIZE = 64;

        private OldConfig() {}

        /**
         * Repairs a configuration in place.
         *
         * @param name of the file in the model's directory
         * @return what was repaired, each a sentence
         */
        static List<String> repair(String name, JsonObject json) {
            return switch (name) {
                case UNET -> unet(json);
                case SCHEDULER -> scheduler(json);
                default -> List.of();
            };
        }

        private static List<String> unet(JsonObject json) {
            int size = number(json, "sample_size", SAMPLE_SIZE, SAMPLE_SIZE);
            if (size >= SAMPLE_SIZE || !isOld(json.get("_diffusers_version"))) {
                return List.of();
            }
            json.addProperty("sample_size", SAMPLE_SIZE);
            return List.of("sample_size %d, written by diffusers %s, is taken for %d, as diffusers does"
                    .formatted(size, json.get("_diffusers_version").getAsString(), SAMPLE_SIZE));
        }

        private static boolean isOld(JsonElement version) {
            Matcher parts = VERSION.matcher(version != null && version.isJsonPrimitive() ? version.getAsString() : "");
            return parts.matches()
                    && parts.group(1).equals("0")
                    && parts.group(2).length() == 1
                    && parts.group(2).charAt(0) - '0' < RIGHT_SINCE;
        }

        private static List<String> scheduler(JsonObject json) {
            List<String> repairs = new ArrayList<>();
            int offset = number(json, "steps_offset", 0, 1);
            if (offset != 1) {
                json.addProperty("steps_offset", 1);
                repairs.add("steps_offset %d is taken for 1, as diffusers does".formatted(offset));
            }
            JsonElement clip = json.get("clip_sample");
            if (clip != null && clip.isJsonPrimitive() && clip.getAsString().equals("true")) {
                json.addProperty("clip_sample", false);
                repairs.add("clip_sample true is taken for false, as diffusers does");
            }
            return repairs;
        }

        /** What is no number counts as right: the reader of the configuration refuses it. */
        private static int number(JsonObject json, String key, int absent, int right) {
            JsonElement value = json.get(key);
            if (value == null || value.isJsonNull()) {
                return absent;
            }
            boolean number =
                    value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
            return number ? (int) value.getAsDouble() : right;
        }
    }
}
