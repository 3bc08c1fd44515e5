package org.dualanodiff.model.checkpoint;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.AutoencoderConfig;

/**
 * Writes a model directory with random weights: the starting point for training a small base model, and a stand-in of
 * the true size for measurements. It makes noise, not pictures.
 */
public final class RandomModel {
    static final Map<String, String> METADATA = Map.of("format", "pt");
    private static final DType DEFAULT_TYPE = DType.F32;

    /** The sizes of a model. */
    public enum Preset {
        /** About three million parameters; 128 x 128 images. The vocabulary is the 256 bytes, so a letter is a token. */
        TINY("tiny.json"),
        /** Stable Diffusion 1.5; 512 x 512 images. The vocabulary has CLIP's size, but only bytes are words. */
        SD15("sd15.json");

        private final String resource;

        Preset(String resource) {
            this.resource = resource;
        }

        JsonObject configs() {
            return resource(resource);
        }
    }

    private RandomModel() {}

    /** {@link #write(Path, Preset, long, DType)} in fp32. */
    public static void write(Path folder, Preset preset, long seed) throws IOException {
        write(folder, preset, seed, DEFAULT_TYPE);
    }

    /**
     * Writes a model directory. Equal arguments give equal bytes.
     *
     * @param folder where to, made if need be; files of the same name are replaced
     * @param seed a tensor's values depend on the seed and its name only
     * @param dtype F32, F16 or BF16
     * @throws IllegalArgumentException on another element type
     * @throws IOException if the folder cannot be written
     */
    public static void write(Path folder, Preset preset, long seed, DType dtype) throws IOException {
        JsonObject configs = preset.configs();
        RandomWeights weights = new RandomWeights(seed, dtype);
        UNetConfig unet = UNetConfig.fromJson(configs.getAsJsonObject("unet"), preset.resource);
        AutoencoderConfig vae = AutoencoderConfig.fromJson(configs.getAsJsonObject("vae"), preset.resource);
        ClipTextConfig text = ClipTextConfig.fromJson(configs.getAsJsonObject("text_encoder"), preset.resource);
        network(folder, configs, weights, "unet", "diffusion_pytorch_model", ParameterLayout.of(unet));
        network(folder, configs, weights, "vae", "diffusion_pytorch_model", ParameterLayout.of(vae));
        network(folder, configs, weights, "text_encoder", "model", ParameterLayout.of(text));
        JsonObject common = resource("common.json");
        json(folder.resolve("scheduler/scheduler_config.json"), common.getAsJsonObject("scheduler"));
        tokenizer(folder.resolve("tokenizer"), common, text.vocabSize());
        json(folder.resolve("model_index.json"), common.getAsJsonObject("model_index"));
    }

    static void network(
            Path folder,
            JsonObject configs,
            RandomWeights weights,
            String part,
            String stem,
            Map<String, long[]> shapes)
            throws IOException {
        json(folder.resolve(part).resolve("config.json"), configs.getAsJsonObject(part));
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> tensors.put(name, weights.tensor(part, name, shape)));
        SafetensorsWriter.write(folder.resolve(part).resolve(stem + ".safetensors"), tensors, METADATA);
    }

    private static void tokenizer(Path folder, JsonObject common, int size) throws IOException {
        json(folder.resolve("tokenizer_config.json"), common.getAsJsonObject("tokenizer_config"));
        json(folder.resolve("special_tokens_map.json"), common.getAsJsonObject("special_tokens_map"));
        json(folder.resolve("vocab.json"), ByteVocabulary.of(size));
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
    }

    static void json(Path file, JsonObject object) throws IOException {
        Files.createDirectories(file.getParent());
        JsonFiles.write(file, object);
    }

    static JsonObject resource(String name) {
        try (InputStream stream = RandomModel.class.getResourceAsStream(name)) {
            return JsonParser.parseReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new CheckpointException("resource " + name + " cannot be read: " + e, e);
        }
    }
}
