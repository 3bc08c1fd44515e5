package org.dualanodiff.pipeline.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;

/**
 * Where the frozen base model of the setting {@code base-model} lies on this machine.
 */
public final class BaseModelSource {

    private final LocalCache cache;
    private final Map<String, String> hadoop;

    /** @param hadoop settings to reach models on HDFS or S3 */
    public BaseModelSource(LocalCache cache, Map<String, String> hadoop) {
        this.cache = cache;
        this.hadoop = Map.copyOf(hadoop);
    }

    /**
     * @param setting a directory in the diffusers layout, a single-file checkpoint, or {@code builtin:NAME}; one on HDFS
     *     or S3 is fetched into the cache
     * @throws org.dualanodiff.model.checkpoint.CheckpointException with all that keeps the model from being loaded
     * @throws UserError if there is no builtin model of that name
     */
    public ModelFiles locate(String setting) {
        ModelFiles model = ModelFiles.open(
                setting.startsWith(Builtin.PREFIX) ? Builtin.model(setting, cache) : onThisMachine(setting));
        model.requireComplete();
        return model;
    }

    private Path onThisMachine(String setting) {
        return ObjectStore.localPath(setting).orElseGet(() -> new RemoteModel(setting, hadoop).fetch(cache));
    }

    /**
     * A base model on HDFS or S3. It is fetched once a machine into the cache; a model that was changed at its origin since is
     * fetched again.
     */
    static final class RemoteModel {

        /** What a model is made of; a folder may hold other things, such as pictures and the same weights in other formats. */
        private static final Pattern PART = Pattern.compile(
                "(model_index|training-images)\\.json|scheduler/[^/]+\\.json|tokenizer/[^/]+|(unet|vae|text_encoder)/[^/]+\\.(json|safetensors|bin)|starting_adapter/[^/]+\\.safetensors");

        private static final Pattern SINGLE_FILE = Pattern.compile("(.*)/([^/]+\\.(?:safetensors|ckpt))");

        private final String folder;
        private final String file;
        private final Map<String, String> hadoop;

        /** @param uri of a directory in the diffusers layout, or of a single-file checkpoint */
        RemoteModel(String uri, Map<String, String> hadoop) {
            var single = SINGLE_FILE.matcher(uri);
            this.folder = single.matches() ? single.group(1) : uri;
            this.file = single.matches() ? single.group(2) : null;
            this.hadoop = hadoop;
        }

        /** The model's place on this machine. */
        Path fetch(LocalCache cache) {
            try (ObjectStore origin = ObjectStore.open(folder, hadoop)) {
                List<AgedFile> parts = parts(origin);
                long bytes = parts.stream().mapToLong(AgedFile::bytes).sum();
                Path cached = cache.folder(new LocalCache.Entry(
                        "base-model-" + name(parts), bytes, making -> download(origin, parts, making)));
                return file == null ? cached : cached.resolve(file);
            }
        }

        private List<AgedFile> parts(ObjectStore origin) {
            List<AgedFile> parts = withoutTwins(origin.inventory("").stream()
                    .filter(found -> isPart(found.key()))
                    .toList());
            if (parts.isEmpty()) {
                throw new CheckpointException("base-model: there is no model in %s: no model_index.json, no unet folder"
                        .formatted(origin.root()));
            }
            return parts;
        }

        /** The same weights may be there as safetensors and as pickles; the first are read. */
        private static List<AgedFile> withoutTwins(List<AgedFile> parts) {
            Set<String> safe = parts.stream()
                    .map(AgedFile::key)
                    .filter(key -> key.endsWith(".safetensors"))
                    .map(RemoteModel::folderOf)
                    .collect(Collectors.toSet());
            return parts.stream()
                    .filter(part -> !part.key().endsWith(".bin") || !safe.contains(folderOf(part.key())))
                    .toList();
        }

        private static String folderOf(String key) {
            return key.substring(0, Math.max(0, key.lastIndexOf('/')));
        }

        private boolean isPart(String key) {
            return file == null ? PART.matcher(key).matches() : key.equals(file) || key.startsWith("tokenizer/");
        }

        private String name(List<AgedFile> parts) {
            Fingerprint.Builder name = Fingerprint.of("cached-base-model").text("folder", folder);
            parts.forEach(part -> name.text("file " + part.key(), part.bytes() + " " + part.modified()));
            return name.build().shortHex();
        }

        private static void download(ObjectStore origin, List<AgedFile> parts, Path making) throws IOException {
            for (AgedFile part : parts) {
                Path local = making.resolve(part.key());
                origin.download(part.key(), local);
                if (Files.size(local) != part.bytes()) {
                    throw new IOException("%s came with %d bytes, expected %d"
                            .formatted(origin.uri(part.key()), Files.size(local), part.bytes()));
                }
            }
        }
    }

    /**
     * What comes with the product, by the names {@code builtin:NAME} of settings. It is written into the cache on first use,
     * with the same bytes on every machine.
     *
     * <p>{@code base-model = builtin:small} was pretrained on procedural pictures (docs/model-card.md); its files lie in the
     * product's jar. {@code builtin:tiny} is a model of a few million random weights: its pictures are noise, but everything
     * around it is real. {@code dataset.root = builtin:samples} is a small set of procedural products.
     */
    public static final class Builtin {

        static final String PREFIX = "builtin:";

        private static final String TINY = PREFIX + "tiny";
        private static final String SMALL = PREFIX + "small";
        private static final String SAMPLES = PREFIX + "samples";
        private static final long SEED = 1;
        private static final String FOLDER = "small/";
        private static final int VERSION_DIGITS = 12;
        static final List<String> FILES = List.of(
                "model_index.json",
                "scheduler/scheduler_config.json",
                "starting_adapter/pytorch_lora_weights.safetensors",
                "text_encoder/config.json",
                "text_encoder/model.safetensors",
                "tokenizer/merges.txt",
                "tokenizer/special_tokens_map.json",
                "tokenizer/tokenizer_config.json",
                "tokenizer/vocab.json",
                "training-images.json",
                "unet/config.json",
                "unet/diffusion_pytorch_model.safetensors",
                "vae/config.json",
                "vae/diffusion_pytorch_model.safetensors");

        private Builtin() {}

        /** The root of the data set: {@code setting} itself unless it asks for the builtin one. */
        public static String dataset(String setting, LocalCache cache) {
            return setting.equals(SAMPLES)
                    ? cache.folder(
                                    "samples-%d-%d".formatted(SampleDataset.VERSION, SEED),
                                    folder -> SampleDataset.write(folder, SEED, SampleDataset.Size.small()))
                            .toString()
                    : setting;
        }

        /** @throws UserError if there is no such base model */
        static Path model(String setting, LocalCache cache) {
            return switch (setting) {
                case TINY ->
                    cache.folder(
                            "base-model-tiny-" + SEED,
                            folder -> RandomModel.write(folder, RandomModel.Preset.TINY, SEED));
                case SMALL -> cache.folder("base-model-small-" + version(), Builtin::writeSmall);
                default ->
                    throw new UserError(
                            "base-model: there is no %s; give %s, %s or a directory".formatted(setting, SMALL, TINY));
            };
        }

        private static String version() {
            return version(name -> {
                try (InputStream file = open(name)) {
                    return file.readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException("the builtin base model cannot be read", e);
                }
            });
        }

        /** Follows from every file, so that a cache of other files is not taken for these. */
        static String version(Function<String, byte[]> files) {
            String digests = FILES.stream()
                    .map(name -> Fingerprint.ofBytes(files.apply(name)).hex())
                    .collect(Collectors.joining());
            return Fingerprint.ofBytes(digests.getBytes(StandardCharsets.US_ASCII))
                    .hex()
                    .substring(0, VERSION_DIGITS);
        }

        private static void writeSmall(Path folder) throws IOException {
            for (String name : FILES) {
                Path file = folder.resolve(name);
                try (InputStream resource = open(name)) {
                    Files.createDirectories(file.getParent());
                    Files.copy(resource, file);
                }
            }
        }

        private static InputStream open(String name) {
            return Builtin.class.getResourceAsStream(FOLDER + name);
        }
    }
}
