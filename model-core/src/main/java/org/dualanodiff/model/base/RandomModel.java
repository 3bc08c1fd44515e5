package org.dualanodiff.model.base;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.text.BytePairEncoding;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.Autoencoder;
import org.dualanodiff.model.vae.PatchCodec;

/**
 * Writes a model directory with random weights: a stand-in of the true size for measurements and tests, which makes noise,
 * not pictures; or the model that pretraining starts from where no base is given. Equal arguments give equal bytes.
 *
 * <p>That {@linkplain #writeSmall small model} has about seven million parameters for 128 x 128 images, of Stable Diffusion's
 * block types. It predicts velocity (Salimans and Ho 2022), and its schedule goes on where Stable Diffusion's ends, to almost pure
 * noise: else a small model takes the mean of the starting noise for the color of the image. It has attention on every grid, as
 * Stable Diffusion has: LoRA and SAIM have no other hold.
 */
public final class RandomModel {
    private static final String SMALL = "small.json";
    private static final Gson JSON = new GsonBuilder()
            .disableHtmlEscaping()
            .serializeNulls()
            .setPrettyPrinting()
            .create();

    private final Path folder;
    private final JsonObject configs;
    private final JsonObject common = resource("common.json");

    private RandomModel(Path folder, JsonObject configs) {
        this.folder = folder;
        this.configs = configs;
    }

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

    /** {@link #write(Path, Preset, long, DType)} in fp32. */
    public static void write(Path folder, Preset preset, long seed) throws IOException {
        write(folder, preset, seed, DType.F32);
    }

    /**
     * Writes a model directory.
     *
     * @param folder where to, made if need be; files of the same name are replaced
     * @param seed a tensor's values depend on the seed and its name only
     * @param dtype F32, F16 or BF16
     * @throws IllegalArgumentException on another element type
     * @throws IOException if the folder cannot be written
     */
    public static void write(Path folder, Preset preset, long seed, DType dtype) throws IOException {
        write(folder, preset.configs(), seed, dtype);
    }

    /** @param configs of the parts, by the names of their folders */
    static void write(Path folder, JsonObject configs, long seed, DType dtype) throws IOException {
        InitialWeights weights = new InitialWeights(seed, dtype, false);
        RandomModel model = new RandomModel(folder, configs);
        for (String part : List.of("unet", "vae", "text_encoder")) {
            model.network(part, (name, shape) -> weights.tensor(part, name, shape));
        }
        model.rest(new BytePairEncoding(List.of()));
    }

    /** The sizes of the codec that {@link #writeSmall} needs the weights of. */
    public static PatchCodec.Config smallCodec() {
        return (PatchCodec.Config) Autoencoder.Config.fromJson(resource(SMALL).getAsJsonObject("vae"), SMALL);
    }

    /**
     * Writes the directory of the model that pretraining starts from: U-Net and text encoder are random, the patch codec is
     * fitted, the tokenizer knows the words of the captions.
     *
     * @param folder where to, made if need be; files of the same name are replaced
     * @param words each of which becomes one token
     * @param codec weights of the patch codec by name
     * @param seed of the random weights
     */
    public static void writeSmall(Path folder, Collection<String> words, Map<String, float[]> codec, long seed)
            throws IOException {
        RandomModel model = new RandomModel(folder, resource(SMALL));
        BytePairEncoding encoding = new BytePairEncoding(words);
        model.configs
                .getAsJsonObject("text_encoder")
                .addProperty("vocab_size", encoding.vocabulary(0).size());
        InitialWeights weights = new InitialWeights(seed, DType.F32, true);
        for (String part : List.of("unet", "text_encoder")) {
            model.network(part, (name, shape) -> weights.tensor(part, name, shape));
        }
        model.network("vae", (name, shape) -> TensorData.of(DType.F32, shape, () -> codec.get(name)));
        model.rest(encoding);
    }

    /** The values that a network's tensor has before it is trained; zero where a residual branch ends. */
    public static float[] startingValues(String part, String name, long[] shape, long seed) {
        return new InitialWeights(seed, DType.F32, true).values(part, name, shape);
    }

    private interface Initializer {
        TensorData tensor(String name, long[] shape);
    }

    private void network(String part, Initializer initializer) throws IOException {
        JsonObject config = configs.getAsJsonObject(part);
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        parameters(part, config).forEach((name, shape) -> tensors.put(name, initializer.tensor(name, shape)));
        json(part + "/config.json", config);
        String file = part.equals("text_encoder") ? "model.safetensors" : "diffusion_pytorch_model.safetensors";
        SafetensorsWriter.write(folder.resolve(part).resolve(file), tensors, Map.of("format", "pt"));
    }

    private static Map<String, long[]> parameters(String part, JsonObject config) {
        return switch (part) {
            case "unet" -> UNetConfig.fromJson(config, part).parameters();
            case "vae" -> Autoencoder.Config.fromJson(config, part).parameters();
            default -> ClipTextConfig.fromJson(config, part).parameters();
        };
    }

    private void rest(BytePairEncoding encoding) throws IOException {
        ClipTextConfig text = ClipTextConfig.fromJson(configs.getAsJsonObject("text_encoder"), "text_encoder");
        JsonObject tokenizer = common.getAsJsonObject("tokenizer_config");
        tokenizer.addProperty("model_max_length", text.maxPositionEmbeddings());
        json("tokenizer/tokenizer_config.json", tokenizer);
        json("tokenizer/special_tokens_map.json", common.getAsJsonObject("special_tokens_map"));
        json("tokenizer/vocab.json", encoding.vocabulary(text.vocabSize()));
        Files.writeString(folder.resolve("tokenizer/merges.txt"), encoding.mergesFile());
        JsonObject schedule = configs.has("scheduler") ? configs : common;
        json("scheduler/scheduler_config.json", schedule.getAsJsonObject("scheduler"));
        json(ModelDirectory.INDEX, common.getAsJsonObject("model_index"));
    }

    private void json(String name, JsonObject object) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, JSON.toJson(object) + "\n");
    }

    private static JsonObject resource(String name) {
        try (InputStream stream = RandomModel.class.getResourceAsStream(name)) {
            return JsonParser.parseReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new CheckpointException("resource " + name + " cannot be read: " + e, e);
        }
    }

    /**
     * Initial values that keep activations near unit size: norms 1, biases 0, embeddings small normal, other weights normal
     * with variance 1 / fan-in.
     *
     * @param identity whether a residual branch ends with zeros, so that an untrained network starts as the identity
     */
    private record InitialWeights(long seed, DType dtype, boolean identity) {
        private static final double EMBEDDING_DEVIATION = 0.02;
        /** 2^64 divided by the golden ratio: spreads the names' hash codes over the seeds. */
        private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

        TensorData tensor(String part, String name, long[] shape) {
            return name.equals(ClipTextConfig.POSITION_IDS)
                    ? new TensorData(DType.I64, shape, () -> positions((int) shape[1]))
                    : TensorData.of(dtype, shape, () -> values(part, name, shape));
        }

        private static boolean endsResidual(String name) {
            return name.endsWith("conv2.weight")
                    || name.endsWith("proj_out.weight")
                    || name.endsWith("conv_out.weight");
        }

        private static ByteBuffer positions(int count) {
            ByteBuffer buffer = ByteBuffer.allocate(count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                buffer.putLong(i);
            }
            return buffer.flip();
        }

        private float[] values(String part, String name, long[] shape) {
            float[] values = new float[(int) product(shape)];
            if (name.endsWith(".bias") || (identity && endsResidual(name))) {
                return values;
            }
            if (shape.length == 1) {
                Arrays.fill(values, 1);
                return values;
            }
            double fanIn = product(Arrays.copyOfRange(shape, 1, shape.length));
            double deviation = name.contains("_embedding.weight") ? EMBEDDING_DEVIATION : 1 / Math.sqrt(fanIn);
            long tensorSeed = seed + GOLDEN_GAMMA * (part + "/" + name).hashCode();
            var normal = ZigguratSampler.NormalizedGaussian.of(RandomSource.XO_SHI_RO_256_PP.create(tensorSeed));
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (deviation * normal.sample());
            }
            return values;
        }

        private static long product(long[] shape) {
            return Arrays.stream(shape).reduce(1, Math::multiplyExact);
        }
    }
}
