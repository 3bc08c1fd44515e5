package org.dualanodiff.model.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the weight files of one network by the naming rules of diffusers and transformers.
 *
 * @param folder the network's folder
 * @param stem file name without endings, e.g. {@code diffusion_pytorch_model}
 */
record WeightFiles(Path folder, String stem) {
    /** Full precision first, then the half-precision variants. */
    private static final List<String> VARIANTS = List.of("", ".fp16", ".bf16");

    /** The file that holds the weights, or the index that names its shards. */
    Optional<Path> entry() {
        return VARIANTS.stream()
                .flatMap(this::names)
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private Stream<String> names(String variant) {
        return Stream.of(
                stem + variant + ".safetensors",
                stem + variant + ".safetensors.index.json",
                stem + ".safetensors" + variant + ".index.json",
                stem + ".safetensors.index" + variant + ".json");
    }

    /** What to tell the person if there are no weights. */
    String missing() {
        String pickled = Stream.of("diffusion_pytorch_model.bin", "pytorch_model.bin")
                .filter(name -> Files.exists(folder.resolve(name)))
                .map(name -> " (found only " + name + ", which is not read: convert it to safetensors)")
                .findFirst()
                .orElse("");
        return folder.getFileName() + "/" + stem + ".safetensors" + pickled;
    }

    /** The safetensors files, one or all shards of the index. */
    List<Path> files() {
        Path entry = entry().orElseThrow(() ->
                new CheckpointException("model directory " + folder.getParent() + ": missing " + missing()));
        return entry.toString().endsWith(".json") ? shards(entry) : List.of(entry);
    }

    private static List<Path> shards(Path index) {
        JsonObject json = JsonFiles.readObject(index);
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
