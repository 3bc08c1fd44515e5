package org.dualanodiff.pipeline.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dualanodiff.pipeline.store.Fingerprint;

/** The files of {@code builtin:small}, which lie in the product's jar. */
final class BuiltinModel {

    private static final String FOLDER = "small/";
    private static final int VERSION_DIGITS = 12;
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
            "unet/diffusion_pytorch_model.safetensors",
            "vae/config.json",
            "vae/diffusion_pytorch_model.safetensors");

    private BuiltinModel() {}

    /** Follows from the weights, so that a cache of other weights is not taken for these. */
    static String version() {
        try (InputStream weights = open("unet/diffusion_pytorch_model.safetensors")) {
            return Fingerprint.ofBytes(weights.readAllBytes()).hex().substring(0, VERSION_DIGITS);
        } catch (IOException e) {
            throw new UncheckedIOException("the builtin base model cannot be read", e);
        }
    }

    static void write(Path folder) {
        for (String name : FILES) {
            Path file = folder.resolve(name);
            try (InputStream resource = open(name)) {
                Files.createDirectories(file.getParent());
                Files.copy(resource, file);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write the builtin base model to " + folder, e);
            }
        }
    }

    private static InputStream open(String name) {
        return BuiltinModel.class.getResourceAsStream(FOLDER + name);
    }
}
