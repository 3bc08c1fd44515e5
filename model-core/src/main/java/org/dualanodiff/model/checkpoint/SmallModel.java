package org.dualanodiff.model.checkpoint;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.AutoencoderConfig;
import org.dualanodiff.model.vae.PatchCodecConfig;

/**
 * The model that pretraining starts from where no base is given: about seven million parameters for 128 x 128 images, of
 * Stable Diffusion's block types. U-Net and text encoder are random, the patch codec is fitted, the tokenizer knows the
 * words of the captions.
 *
 * <p>It predicts velocity (Salimans and Ho 2022), and its schedule goes on where Stable Diffusion's ends, to almost pure noise:
 * else a small model takes the mean of the starting noise for the color of the image. It has attention on every grid, as
 * Stable Diffusion has: LoRA and SAIM have no other hold.
 */
public final class SmallModel {
    private static final String SIZES = "small.json";

    private SmallModel() {}

    /** The sizes of the codec that {@link #write} needs the weights of. */
    public static PatchCodecConfig codec() {
        return (PatchCodecConfig)
                AutoencoderConfig.fromJson(RandomModel.resource(SIZES).getAsJsonObject("vae"), SIZES);
    }

    /**
     * Writes a model directory. Equal arguments give equal bytes.
     *
     * @param folder where to, made if need be; files of the same name are replaced
     * @param words each of which becomes one token
     * @param codec weights of the patch codec by name
     * @param seed of the random weights
     */
    public static void write(Path folder, Collection<String> words, Map<String, float[]> codec, long seed)
            throws IOException {
        JsonObject sizes = RandomModel.resource(SIZES);
        BytePairEncoding encoding = BytePairEncoding.of(words);
        JsonObject text = sizes.getAsJsonObject("text_encoder");
        text.addProperty("vocab_size", encoding.vocabulary().size());
        RandomWeights weights = new RandomWeights(seed, DType.F32);
        network(folder, sizes, "unet", starting(weights, "unet", unetLayout(sizes)), "diffusion_pytorch_model");
        network(folder, sizes, "text_encoder", starting(weights, "text_encoder", textLayout(text)), "model");
        network(folder, sizes, "vae", codecTensors(codec), "diffusion_pytorch_model");
        RandomModel.json(folder.resolve("scheduler/scheduler_config.json"), sizes.getAsJsonObject("scheduler"));
        JsonObject common = RandomModel.resource("common.json");
        RandomModel.json(folder.resolve("model_index.json"), common.getAsJsonObject("model_index"));
        tokenizer(
                folder.resolve("tokenizer"),
                common,
                encoding,
                text.get("max_position_embeddings").getAsInt());
    }

    private static Map<String, long[]> unetLayout(JsonObject sizes) {
        return ParameterLayout.of(UNetConfig.fromJson(sizes.getAsJsonObject("unet"), SIZES));
    }

    private static Map<String, long[]> textLayout(JsonObject text) {
        return ParameterLayout.of(ClipTextConfig.fromJson(text, SIZES));
    }

    private static Map<String, TensorData> starting(RandomWeights weights, String part, Map<String, long[]> layout) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        layout.forEach((name, shape) -> tensors.put(name, weights.startingTensor(part, name, shape)));
        return tensors;
    }

    private static Map<String, TensorData> codecTensors(Map<String, float[]> weights) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        ParameterLayout.of(codec())
                .forEach((name, shape) -> tensors.put(name, TensorData.of(DType.F32, shape, () -> weights.get(name))));
        return tensors;
    }

    private static void network(
            Path folder, JsonObject sizes, String part, Map<String, TensorData> tensors, String stem)
            throws IOException {
        RandomModel.json(folder.resolve(part).resolve("config.json"), sizes.getAsJsonObject(part));
        SafetensorsWriter.write(folder.resolve(part).resolve(stem + ".safetensors"), tensors, RandomModel.METADATA);
    }

    private static void tokenizer(Path folder, JsonObject common, BytePairEncoding encoding, int length)
            throws IOException {
        JsonObject config = common.getAsJsonObject("tokenizer_config");
        config.addProperty("model_max_length", length);
        RandomModel.json(folder.resolve("tokenizer_config.json"), config);
        RandomModel.json(folder.resolve("special_tokens_map.json"), common.getAsJsonObject("special_tokens_map"));
        RandomModel.json(folder.resolve("vocab.json"), encoding.vocabulary());
        Files.writeString(folder.resolve("merges.txt"), encoding.mergesFile());
    }
}
