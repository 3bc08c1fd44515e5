package org.dualanodiff.pipeline.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * What comes with the product, by the names {@code builtin:NAME} of settings. It is written into the cache on first use,
 * with the same bytes on every machine.
 *
 * <p>{@code base-model = builtin:small} was pretrained on procedural pictures (docs/model-card.md); its files lie in the
 * product's jar. {@code builtin:tiny} is a model of a few million random weights: its pictures are noise, but everything
 * around it is real. {@code dataset.root = builtin:samples} is a small set of procedural products.
 */
public final class Builtin {

    static final String PREFIX = "builtin:";

    private static final String TINY = PREFIX + "tiny";
    private static final String SMALL = PREFIX + "small";
    private static final String SAMPLES = PREFIX + "samples";
    private static final long SEED = 1;
    private static final String FOLDER = "small/";
    private static final int VERSION_DIGITS = 12;
    private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";
    private static final List<String> FILES = List.of(
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
            WEIGHTS,
            "vae/config.json",
            "vae/diffusion_pytorch_model.safetensors");

    private Builtin() {}

    /** The root of the data set: {@code setting} itself unless it asks for the builtin one. */
    public static String dataset(String setting, LocalCache cache) {
        return setting.equals(SAMPLES)
                ? cache.folder(
                                "samples-" + SEED,
                                folder -> SampleDataset.write(folder, SEED, SampleDataset.Size.small()))
                        .toString()
                : setting;
    }

    /** @throws UserError if there is no such base model */
    static Path model(String setting, LocalCache cache) {
        return switch (setting) {
            case TINY ->
                cache.folder(
                        "base-model-tiny-" + SEED, folder -> RandomModel.write(folder, RandomModel.Preset.TINY, SEED));
            case SMALL -> cache.folder("base-model-small-" + version(), Builtin::writeSmall);
            default ->
                throw new UserError(
                        "base-model: there is no %s; give %s, %s or a directory".formatted(setting, SMALL, TINY));
        };
    }

    /** Follows from the weights, so that a cache of other weights is not taken for these. */
    private static String version() {
        try (InputStream weights = open(WEIGHTS)) {
            return Fingerprint.ofBytes(weights.readAllBytes()).hex().substring(0, VERSION_DIGITS);
        } catch (IOException e) {
            throw new UncheckedIOException("the builtin base model cannot be read", e);
        }
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
