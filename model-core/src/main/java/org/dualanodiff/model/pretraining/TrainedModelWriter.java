package org.dualanodiff.model.pretraining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;

/** Writes a trained base as a model directory: what was trained anew, everything else from where training began. */
final class TrainedModelWriter {

    private static final String UNET = "unet";
    private static final String TEXT_ENCODER = "text_encoder";

    private final Path start;
    private final Path folder;
    private final DType dtype;
    private final Map<String, String> metadata;

    TrainedModelWriter(ModelDirectory start, Path folder, DType dtype, Map<String, String> metadata) {
        this.start = start.root();
        this.folder = folder;
        this.dtype = dtype;
        this.metadata = new TreeMap<>(metadata);
        this.metadata.put("format", "pt");
    }

    void writeBase(TrainedWeights unet, TrainedWeights text) throws IOException {
        copy(Path.of("model_index.json"));
        for (String part : List.of("scheduler", "tokenizer", "vae")) {
            copyFolder(part);
        }
        copy(Path.of(UNET, "config.json"));
        copy(Path.of(TEXT_ENCODER, "config.json"));
        write(Path.of(UNET, "diffusion_pytorch_model.safetensors"), unet);
        write(Path.of(TEXT_ENCODER, "model.safetensors"), text);
    }

    void writeStartingAdapter(TrainedWeights adapter) throws IOException {
        write(Path.of(ModelDirectory.STARTING_ADAPTER), adapter);
    }

    void copyStartingAdapter() throws IOException {
        copy(Path.of(ModelDirectory.STARTING_ADAPTER));
    }

    private void write(Path name, TrainedWeights weights) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        weights.average()
                .keySet()
                .forEach(
                        key -> tensors.put(key, TensorData.of(dtype, weights.shape(key), () -> weights.averaged(key))));
        Path target = folder.resolve(name);
        Files.createDirectories(target.getParent());
        SafetensorsWriter.write(target, tensors, metadata);
    }

    private void copyFolder(String part) throws IOException {
        try (Stream<Path> files = Files.list(start.resolve(part))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                copy(start.relativize(file));
            }
        }
    }

    private void copy(Path name) throws IOException {
        Path target = folder.resolve(name);
        Files.createDirectories(target.toAbsolutePath().getParent());
        Files.copy(start.resolve(name), target, StandardCopyOption.REPLACE_EXISTING);
    }
}
