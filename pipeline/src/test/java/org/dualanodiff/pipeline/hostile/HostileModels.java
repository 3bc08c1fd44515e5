package org.dualanodiff.pipeline.hostile;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipOutputStream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.TensorFile;
import org.dualanodiff.model.diffusion.NoiseSchedule;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.files.StoredZip;
import org.dualanodiff.model.text.ClipTokenizer;
import org.dualanodiff.model.torch.Compute;

/** Base models, tokenizers, weights and adapters that want memory, time, or to be executed. */
final class HostileModels {
    private static final String HUGE = Integer.toString(Integer.MAX_VALUE);

    private HostileModels() {}

    static List<HostileInput> all() {
        List<HostileInput> inputs = new ArrayList<>();
        for (String key :
                List.of("sample_size", "layers_per_block", "transformer_layers_per_block", "cross_attention_dim")) {
            config(inputs, "unet/config.json", key, HUGE);
        }
        config(inputs, "unet/config.json", "block_out_channels", "[" + "32,".repeat(100_000) + "32]");
        config(inputs, "unet/config.json", "block_out_channels", "[".repeat(100_000));
        config(inputs, "unet/config.json", "norm_eps", "1e999");
        config(inputs, "unet/config.json", "norm_num_groups", "0");
        for (String key : List.of("latent_channels", "layers_per_block", "norm_num_groups", "patch_size")) {
            config(inputs, "vae/config.json", key, HUGE);
        }
        config(inputs, "vae/config.json", "block_out_channels", "[" + "32,".repeat(40) + "32]");
        for (String key : List.of("num_hidden_layers", "vocab_size", "max_position_embeddings", "hidden_size")) {
            config(inputs, "text_encoder/config.json", key, HUGE);
        }
        config(inputs, "scheduler/scheduler_config.json", "num_train_timesteps", HUGE);
        config(inputs, "scheduler/scheduler_config.json", "beta_start", "1e-999999999");
        tokenizers(inputs);
        safetensors(inputs);
        pickles(inputs);
        adapters(inputs);
        return inputs;
    }

    // Configurations.

    private static void config(List<HostileInput> inputs, String file, String key, String value) {
        String name = "%s whose %s is %s".formatted(file, key, value.length() > 30 ? value.substring(0, 30) : value);
        inputs.add(new HostileInput(name, (folder, bait) -> {
            Path model = model(folder.resolve("model"));
            String json = Files.readString(model.resolve(file));
            String without = json.replaceFirst("(?s)\\s*\"" + key + "\":\\s*(\\[[^\\]]*]|[^,\\n}]*),?", "");
            Files.writeString(
                    model.resolve(file),
                    "{\"" + key + "\": " + value + ", " + without.strip().substring(1));
            refused(() -> {
                ModelFiles files = ModelFiles.open(model);
                NoiseSchedule.of(files.schedulerConfig());
                files.requireComplete();
                if (key.equals("norm_num_groups") || key.equals("beta_start") || file.startsWith("vae")) {
                    // Not every kind of model has the key; then it does nothing.
                    throw new CheckpointException("accepted");
                }
            });
        }));
    }

    /** A model of its own whose weights are those of one that is made once. */
    private static Path model(Path folder) throws IOException {
        Path made = Shared.MODEL;
        try (Stream<Path> all = Files.walk(made)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(made.relativize(file));
                Files.createDirectories(copy.getParent());
                if (file.toString().endsWith(".safetensors")) {
                    Files.createSymbolicLink(copy, file);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return folder;
    }

    private static final class Shared {
        private static final Path MODEL = made();

        private static Path made() {
            try {
                Path folder = Files.createTempDirectory("hostile-model-");
                RandomModel.write(folder, RandomModel.Preset.TINY, 1);
                return folder;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static final class Loaded {
        private static final BaseModel BASE = BaseModel.load(ModelFiles.open(Shared.MODEL), Compute.CPU);
    }

    // Tokenizers.

    private static void tokenizers(List<HostileInput> inputs) {
        tokenizer(
                inputs,
                "a pattern without end",
                "pre_tokenizer",
                "{\"type\": \"Split\", \"behavior\": \"Isolated\", \"invert\": false, \"pattern\": {\"Regex\": \"(a+)+b\"}}");
        tokenizer(
                inputs,
                "replacements that grow",
                "normalizer",
                "{\"type\": \"Sequence\", \"normalizers\": ["
                        + "{\"type\": \"Replace\", \"pattern\": {\"String\": \"a\"}, \"content\": \"aaaaaaaaaaaaaaaa\"},"
                                .repeat(9)
                        + "{\"type\": \"Lowercase\"}]}");
        tokenizer(
                inputs,
                "a post-processor of its own",
                "post_processor",
                "{\"type\": \"TemplateProcessing\", \"single\": [{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}], \"pair\": [], \"special_tokens\": {}}");
        tokenizer(
                inputs,
                "padding to 2 billion",
                "padding",
                "{\"strategy\": {\"Fixed\": 2147483647}, \"direction\": \"Right\", \"pad_to_multiple_of\": null,"
                        + " \"pad_id\": 0, \"pad_type_id\": 0, \"pad_token\": \"a\"}");
        tokenizer(inputs, "a decoder that is nonsense", "decoder", "{\"type\": \"Wasm\"}");
        for (Map.Entry<String, String> broken : Map.of(
                        "no merges", "{\"model\": {\"vocab\": {\"a\": 0}}}",
                        "a vocabulary of lists", "{\"model\": {\"vocab\": [[\"a\", 0]], \"merges\": []}}",
                        "depth", "{\"model\": " + "[".repeat(100_000))
                .entrySet()) {
            inputs.add(new HostileInput("a tokenizer.json of " + broken.getKey(), (folder, bait) -> {
                Path tokenizer = model(folder.resolve("model")).resolve("tokenizer");
                Files.writeString(tokenizer.resolve("tokenizer.json"), broken.getValue());
                refused(() -> ClipTokenizer.open(tokenizer, 77).close());
            }));
        }
    }

    private static void tokenizer(List<HostileInput> inputs, String what, String part, String value) {
        inputs.add(new HostileInput("a tokenizer.json with " + what, (folder, bait) -> {
            Path tokenizer = model(folder.resolve("model")).resolve("tokenizer");
            JsonObject model = new JsonObject();
            model.addProperty("type", "BPE");
            model.add("vocab", JsonParser.parseString(Files.readString(tokenizer.resolve("vocab.json"))));
            model.add("merges", new JsonArray());
            JsonObject whole = new JsonObject();
            whole.addProperty("version", "1.0");
            whole.add(part, parsed(value));
            whole.add("model", model);
            Files.writeString(tokenizer.resolve("tokenizer.json"), whole.toString());
            String prompt = "a".repeat(40) + "!";
            try (ClipTokenizer hostile = ClipTokenizer.open(tokenizer, 77);
                    ClipTokenizer plain = ClipTokenizer.open(Shared.MODEL.resolve("tokenizer"), 77)) {
                if (!java.util.Arrays.equals(hostile.encode(prompt), plain.encode(prompt))) {
                    throw new AssertionError("it has a say in how prompts are read");
                }
            }
        }));
    }

    private static JsonElement parsed(String json) {
        return JsonParser.parseString(json);
    }

    // Weights.

    private static void safetensors(List<HostileInput> inputs) {
        Map<String, String> headers = Map.ofEntries(
                Map.entry(
                        "overlapping tensors",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}"),
                Map.entry("a hole", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}"),
                Map.entry(
                        "a shape beyond 64 bits",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,16]}}"),
                Map.entry("negative sizes", "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2,-2],\"data_offsets\":[0,16]}}"),
                Map.entry(
                        "offsets behind the file",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999],\"data_offsets\":[0,399999996]}}"),
                Map.entry(
                        "a name twice",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}"),
                Map.entry(
                        "a million dimensions",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + "1,".repeat(1_000_000) + "4,"),
                Map.entry("depth", "[".repeat(1_000_000)));
        headers.forEach((what, header) ->
                inputs.add(new HostileInput("a safetensors header of " + what, (folder, bait) -> {
                    byte[] json = header.getBytes(StandardCharsets.UTF_8);
                    Path file = folder.resolve("w.safetensors");
                    Files.write(
                            file,
                            ByteBuffer.allocate(8 + json.length + 16)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .putLong(json.length)
                                    .put(json)
                                    .array());
                    refused(() -> TensorFile.open(file));
                })));
        for (long length : new long[] {Long.MAX_VALUE, -1, 99_999_999}) {
            inputs.add(new HostileInput("a safetensors header of %d bytes".formatted(length), (folder, bait) -> {
                Path file = folder.resolve("w.safetensors");
                Files.write(
                        file,
                        ByteBuffer.allocate(32)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(length)
                                .array());
                refused(() -> TensorFile.open(file));
            }));
        }
    }

    private static void pickles(List<HostileInput> inputs) {
        String tensor = "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"
                + "0X\3\0\0\0cpuK\2tQK\0%s%s\u0089NtR";
        String named = "\u0080\2}X\1\0\0\0w" + tensor + "s.";
        // 50000 x 50000 of one number.
        pickle(inputs, "strides of zero", named.formatted("M\u0050\u00c3M\u0050\u00c3\u0086", "K\0K\0\u0086"));
        pickle(inputs, "strides that overlap", named.formatted("K\2K\2\u0086", "K\1K\0\u0086"));
        pickle(inputs, "a shape that overflows", named.formatted("\u008a\10\0\0\0\0\0\0\0\u0040\u0085", "K\1\u0085"));
        pickle(inputs, "itself within itself", "\u0080\2}q\0X\1\0\0\0wh\0s.");
        pickle(inputs, "a million marks", "\u0080\2" + "(".repeat(1_000_000) + ".");
        for (String call :
                List.of("posix\nsystem", "os\nsystem", "builtins\nexec", "subprocess\nPopen", "nt\nsystem")) {
            inputs.add(new HostileInput("a pickle that calls " + call.replace('\n', '.'), (folder, bait) -> {
                String command = "touch " + bait.trace();
                String pickle = "\u0080\2c" + call + "\nX" + (char) command.length() + "\0\0\0" + command + "\u0085R.";
                refused(() -> read(zip(folder, pickle, "archive/data.pkl")));
            }));
        }
        inputs.add(new HostileInput(
                "an archive whose files lead out of it",
                (folder, bait) -> refused(
                        () -> read(zip(folder, named.formatted("K\1\u0085", "K\1\u0085"), "../../outside/data.pkl")))));
    }

    private static void pickle(List<HostileInput> inputs, String what, String pickle) {
        inputs.add(new HostileInput(
                "a pickle of " + what, (folder, bait) -> refused(() -> read(zip(folder, pickle, "archive/data.pkl")))));
    }

    private static void read(Path file) {
        TensorFile tensors = TensorFile.open(file);
        tensors.tensors().keySet().forEach(tensors::floats);
    }

    private static Path zip(Path folder, String pickle, String entry) throws IOException {
        Path file = folder.resolve("w.bin");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            StoredZip.put(zip, entry, pickle.getBytes(StandardCharsets.ISO_8859_1));
            StoredZip.put(zip, entry.replace("data.pkl", "data/0"), new byte[8]);
        }
        return file;
    }

    // Adapters.

    private static void adapters(List<HostileInput> inputs) {
        adapter(inputs, "no number", Float.NaN);
        adapter(inputs, "the infinite", Float.POSITIVE_INFINITY);
        Map<String, String> shapes = Map.of(
                "rank 0", "[0,4]", "no rank", "[]", "rank 2 billion", "[2147483648,0]", "another shape", "[4,4]");
        shapes.forEach((what, shape) -> inputs.add(new HostileInput("an adapter of " + what, (folder, bait) -> {
            long bytes = shape.equals("[4,4]") ? 64 : shape.equals("[]") ? 4 : 0;
            String header = "{\"unet.x.down.weight\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[0,%d]}}"
                    .formatted(shape, bytes);
            byte[] json = header.getBytes(StandardCharsets.UTF_8);
            Path file = folder.resolve("a.safetensors");
            Files.write(
                    file,
                    ByteBuffer.allocate((int) (8 + json.length + bytes))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(json.length)
                            .put(json)
                            .array());
            refused(() -> AdapterFile.read(file, Loaded.BASE).close());
        })));
    }

    private static void adapter(List<HostileInput> inputs, String what, float number) {
        inputs.add(new HostileInput("an adapter that holds " + what, (folder, bait) -> {
            BaseModel base = Loaded.BASE;
            Path file = folder.resolve("a.safetensors");
            try (DualAdapter adapter = DualAdapter.initialize(AdapterLayout.of(base, 2, false), 1, base.device())) {
                AdapterFile.write(adapter, file, Map.of());
            }
            byte[] bytes = Files.readAllBytes(file);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, number);
            Files.write(file, bytes);
            refused(() -> AdapterFile.read(file, base).close());
        }));
    }

    private static void refused(HostileInput.Work work) throws IOException {
        try {
            work.run();
        } catch (CheckpointException e) {
            return;
        }
        throw new AssertionError("it was taken");
    }
}
