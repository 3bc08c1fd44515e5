package org.dualanodiff.model.base;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.TensorFile;
import org.dualanodiff.model.checkpoint.TorchZipWriter;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.files.StoredZip;
import org.dualanodiff.model.vae.KlAutoencoderConfig;

/** A tiny model in a folder, and the ways in which people's models differ from it. Unchanged files are links to one copy. */
final class ModelVariants {
    static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    static final String VAE = "vae/diffusion_pytorch_model.safetensors";
    static final String TEXT = "text_encoder/model.safetensors";
    /** What stands for a file that Git LFS has not fetched. */
    static final String LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 492265168\n";

    static final String UNET_CONFIG = "unet/config.json";
    static final String SCHEDULER = "scheduler/scheduler_config.json";
    static final String TOKENIZER = "tokenizer/tokenizer_config.json";

    private final Path root;

    private ModelVariants(Path root) {
        this.root = root;
    }

    /** A model at {@code root}, of the files of {@code original}. */
    static ModelVariants linked(Path original, Path root) throws IOException {
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = root.resolve(original.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.createLink(copy, file);
            }
        }
        return new ModelVariants(root);
    }

    Path root() {
        return root;
    }

    /** What is done to a model, and where the model is then, if it is not where it was. */
    interface Change {
        Object to(ModelVariants model) throws IOException;
    }

    /** Where the model is after a change. */
    Path after(Change change) throws IOException {
        return change.to(this) instanceof Path path ? path : root;
    }

    /** A file as a link to its content elsewhere. */
    ModelVariants linked(String file) throws IOException {
        move(file, "blob");
        Files.createSymbolicLink(root.resolve(file), root.resolve("blob"));
        return this;
    }

    /** Another file of these tensors. */
    Path single(String name, Map<String, TensorData> tensors) throws IOException {
        return safetensors(name, tensors).root().resolve(name);
    }

    static Map<String, TensorData> renamed(Map<String, TensorData> tensors, String from, String to) {
        Map<String, TensorData> renamed = new LinkedHashMap<>();
        tensors.forEach((name, data) -> renamed.put(name.replace(from, to), data));
        return renamed;
    }

    /** The files lie in {@code blobs}, by their hash, and a version has links to them. */
    Path hub(String branch) throws IOException {
        Path cache = root.resolveSibling("models--org--sd");
        Path version = cache.resolve("snapshots/abc123");
        Files.createDirectories(cache.resolve("refs"));
        Files.createDirectories(cache.resolve("blobs"));
        Files.createDirectories(cache.resolve("snapshots"));
        Files.writeString(cache.resolve("refs").resolve(branch), "abc123");
        Files.move(root, version);
        List<Path> files;
        try (Stream<Path> all = Files.walk(version)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path blob = cache.resolve("blobs/" + files.indexOf(file) + "c0ffee");
            Files.move(file, blob);
            Files.createSymbolicLink(file, file.getParent().relativize(blob));
        }
        return cache;
    }

    ModelVariants delete(String... names) throws IOException {
        for (String name : names) {
            Files.delete(root.resolve(name));
        }
        return this;
    }

    ModelVariants move(String from, String to) throws IOException {
        Files.move(root.resolve(from), root.resolve(to));
        return this;
    }

    ModelVariants write(String name, byte[] content) throws IOException {
        Files.deleteIfExists(root.resolve(name));
        Files.createDirectories(root.resolve(name).getParent());
        Files.write(root.resolve(name), content);
        return this;
    }

    ModelVariants write(String name, String content) throws IOException {
        return write(name, content.getBytes(ISO_8859_1));
    }

    /** Keeps the first part of a file. */
    ModelVariants cut(String name, double share) throws IOException {
        byte[] whole = Files.readAllBytes(root.resolve(name));
        return write(name, Arrays.copyOf(whole, (int) (whole.length * share)));
    }

    /** Sets keys of a JSON file; a null takes the key away. */
    ModelVariants json(String name, String... keysAndValues) throws IOException {
        JsonObject json = ConfigReader.readObject(root.resolve(name));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            if (keysAndValues[i + 1] == null) {
                json.remove(keysAndValues[i]);
            } else {
                JsonElement value = JsonParser.parseString(keysAndValues[i + 1]);
                json.add(keysAndValues[i], value);
            }
        }
        return write(name, json.toString().getBytes(UTF_8));
    }

    /** The tensors of a weight file. */
    Map<String, TensorData> tensors(String name) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        WeightSource source = WeightSource.open(root.resolve(name));
        source.names().forEach(tensor -> tensors.put(tensor, data(source, tensor)));
        return tensors;
    }

    private static TensorData data(WeightSource source, String tensor) {
        TensorFile.Info info = source.find(tensor).orElseThrow();
        ByteBuffer bytes = source.map(tensor);
        return new TensorData(info.dtype(), info.shape(), bytes::duplicate);
    }

    ModelVariants safetensors(String name, Map<String, TensorData> tensors) throws IOException {
        Path folder = Files.createDirectories(root.resolve(name).getParent());
        SafetensorsWriter.write(folder.resolve(root.resolve(name).getFileName()), tensors, Map.of());
        return this;
    }

    ModelVariants renamed(String name, UnaryOperator<String> rename) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors(name).forEach((tensor, data) -> tensors.put(rename.apply(tensor), data));
        return safetensors(name, tensors);
    }

    /** Another tensor of zeros in the place of one, or beside all. */
    ModelVariants tensor(String file, String name, DType type, long... shape) throws IOException {
        Map<String, TensorData> tensors = tensors(file);
        int elements = (int) Stream.of(shape).flatMapToLong(Arrays::stream).reduce(1, (a, b) -> a * b);
        tensors.put(name, new TensorData(type, shape, () -> ByteBuffer.allocate(elements * type.bytes())));
        return safetensors(file, tensors);
    }

    ModelVariants withoutTensor(String file, String name) throws IOException {
        Map<String, TensorData> tensors = tensors(file);
        tensors.remove(name);
        return safetensors(file, tensors);
    }

    /** The weights as {@code torch.save} writes them, under another name. */
    ModelVariants pickled(String from, String to) throws IOException {
        Map<String, TensorData> tensors = tensors(from);
        Files.delete(root.resolve(from));
        TorchZipWriter.write(root.resolve(to), tensors);
        return this;
    }

    /** The weights in two files and an index. */
    ModelVariants sharded(String from, String index, String ending) throws IOException {
        Map<String, TensorData> early = new LinkedHashMap<>();
        Map<String, TensorData> late = new LinkedHashMap<>();
        JsonObject map = new JsonObject();
        tensors(from).forEach((name, data) -> {
            boolean first = name.hashCode() % 2 == 0;
            (first ? early : late).put(name, data);
            map.addProperty(name, (first ? "part-1" : "part-2") + ending);
        });
        Path folder = root.resolve(from).getParent();
        if (ending.equals(".bin")) {
            TorchZipWriter.write(folder.resolve("part-1.bin"), early);
            TorchZipWriter.write(folder.resolve("part-2.bin"), late);
        } else {
            SafetensorsWriter.write(folder.resolve("part-1" + ending), early, Map.of());
            SafetensorsWriter.write(folder.resolve("part-2" + ending), late, Map.of());
        }
        Files.delete(root.resolve(from));
        JsonObject json = new JsonObject();
        json.add("weight_map", map);
        Files.writeString(folder.resolve(index), json.toString());
        return this;
    }

    /** All tensors under the names, and with the shapes, of the LDM code. */
    Map<String, TensorData> singleFile() {
        ModelDirectory directory = ModelDirectory.open(root);
        LdmCheckpoint.Names names = new LdmCheckpoint.Names(
                directory.unetConfig().layersPerBlock().get(0),
                directory.unetConfig().upAttention()::get,
                ((KlAutoencoderConfig) directory.vaeConfig()).blockOutChannels().size());
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        add(tensors, directory.unetWeights(), names::unet);
        add(tensors, directory.vaeWeights(), names::vae);
        add(tensors, directory.textWeights(), names::text);
        return tensors;
    }

    private static void add(Map<String, TensorData> tensors, WeightSource source, UnaryOperator<String> toLdm) {
        for (String name : source.names()) {
            TensorData data = data(source, name);
            long[] shape = data.shape();
            boolean convolution =
                    name.contains("mid_block.attentions.") && shape.length == 2 && !name.contains("transformer_blocks");
            tensors.put(
                    toLdm.apply(name),
                    convolution
                            ? new TensorData(data.dtype(), new long[] {shape[0], shape[1], 1, 1}, data.bytes())
                            : data);
        }
    }

    /** As PyTorch Lightning keeps a model: below {@code state_dict}, with the trainer's objects beside. */
    static void lightning(Path file, Map<String, TensorData> tensors) throws IOException {
        Path plain = file.resolveSibling("plain.ckpt");
        TorchZipWriter.write(plain, tensors);
        String callback = "cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n";
        String inner;
        try (ZipFile zip = new ZipFile(plain.toFile())) {
            inner = new String(
                    zip.getInputStream(zip.getEntry("plain/data.pkl")).readAllBytes(), ISO_8859_1);
        }
        String pickle = "\u0080\u0002}(" + text("epoch") + "K\u0005" + text("callbacks") + "}" + callback + "}"
                + text("score") + "cnumpy.core.multiarray\nscalar\n(K\u0001tRss" + text("state_dict")
                + inner.substring(2, inner.length() - 1) + "u.";
        try (ZipFile from = new ZipFile(plain.toFile());
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Enumeration<? extends ZipEntry> entries = from.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                byte[] content = entry.getName().endsWith("data.pkl")
                        ? pickle.getBytes(ISO_8859_1)
                        : from.getInputStream(entry).readAllBytes();
                StoredZip.put(to, entry.getName(), content);
            }
        }
        Files.delete(plain);
    }

    /** A file of torch.save's form that holds nothing but a pickle. */
    static byte[] zipped(String pickle) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            StoredZip.put(zip, "archive/data.pkl", pickle.getBytes(ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    private static String text(String text) {
        return "X" + (char) text.length() + "\0\0\0" + text;
    }
}
