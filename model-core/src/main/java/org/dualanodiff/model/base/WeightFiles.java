package org.dualanodiff.model.base;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.UnreadableFile;

/**
 * Finds the weight files of one network by the naming rules of diffusers and transformers.
 *
 * @param folder the network's folder
 * @param stem file name without endings of safetensors files, e.g. {@code diffusion_pytorch_model}
 * @param pickledStem the same of files that {@code torch.save} wrote
 */
record WeightFiles(Path folder, String stem, String pickledStem) {
    /** Full precision first, then the half-precision variants; what is kept for further training last. */
    private static final List<String> VARIANTS = List.of("", ".fp32", ".fp16", ".bf16", ".non_ema");

    /** Weights of other frameworks, which people have beside these or alone. */
    private static final List<String> FOREIGN = List.of(
            "diffusion_flax_model.msgpack", "flax_model.msgpack", "tf_model.h5", "model.onnx", "openvino_model.bin");

    /** A network of diffusers. */
    static WeightFiles ofDiffusers(Path folder) {
        return new WeightFiles(folder, "diffusion_pytorch_model", "diffusion_pytorch_model");
    }

    /** A network of transformers. */
    static WeightFiles ofTransformers(Path folder) {
        return new WeightFiles(folder, "model", "pytorch_model");
    }

    /** The file that holds the weights, or the index that names its shards; safetensors before any pickle. */
    Optional<Path> entry() {
        return Stream.concat(names(stem, ".safetensors"), names(pickledStem, ".bin"))
                .map(folder::resolve)
                .filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                .findFirst();
    }

    private static Stream<String> names(String stem, String ending) {
        return VARIANTS.stream()
                .flatMap(variant -> Stream.of(
                        stem + variant + ending,
                        stem + variant + ending + ".index.json",
                        stem + ending + variant + ".index.json",
                        stem + ending + ".index" + variant + ".json"));
    }

    /** What keeps the weights from being read, if anything: the file's name and why. */
    Optional<String> absence() {
        Optional<Path> entry = entry();
        return entry.isEmpty()
                ? Optional.of("%s/%s.safetensors (%s)"
                        .formatted(
                                folder.getFileName(),
                                stem,
                                UnreadableFile.absence(folder).orElseGet(this::foreign)))
                : UnreadableFile.absence(entry.get())
                        .map(why -> "%s/%s (%s)"
                                .formatted(folder.getFileName(), entry.get().getFileName(), why));
    }

    private String foreign() {
        return FOREIGN.stream()
                .filter(name -> Files.exists(folder.resolve(name)))
                .findFirst()
                .map(name ->
                        "missing; found only %s, which is not PyTorch's: convert it to safetensors".formatted(name))
                .orElse("missing");
    }

    /** The weight files, one or all shards of the index. */
    List<Path> files() {
        Path entry = entry().orElseThrow(() -> new CheckpointException(
                "model directory %s: %s".formatted(folder.getParent(), absence().orElseThrow())));
        return entry.toString().endsWith(".json") ? shards(entry) : List.of(entry);
    }

    private static List<Path> shards(Path index) {
        JsonObject json = ConfigReader.readObject(index);
        if (!(json.get("weight_map") instanceof JsonObject weightMap)) {
            throw new CheckpointException(index + ": expected an object weight_map from tensor to file name");
        }
        List<String> names = new ArrayList<>();
        for (JsonElement file : weightMap.asMap().values()) {
            names.add(file.isJsonPrimitive() ? file.getAsString() : "");
        }
        return names.stream()
                .distinct()
                .sorted()
                .map(name -> shard(index, name))
                .toList();
    }

    private static Path shard(Path index, String name) {
        Path folder = index.toAbsolutePath().getParent();
        Path shard = folder.resolve(name).normalize();
        if (!folder.normalize().equals(shard.getParent())) {
            throw new CheckpointException(
                    "%s: weight_map must name files beside it, found \"%s\"".formatted(index, name));
        }
        return shard;
    }
}
