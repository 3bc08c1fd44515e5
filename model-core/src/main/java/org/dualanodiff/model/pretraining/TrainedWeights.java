package org.dualanodiff.model.pretraining;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.ParameterLayout;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.vae.PatchCodec;

/**
 * The weights of one part of the model in training, fp32, each with its moving average.
 *
 * @param current by name, sorted; gradients are taken by those that are {@linkplain #trained}
 * @param average the same names
 */
record TrainedWeights(SortedMap<String, NDArray> current, SortedMap<String, NDArray> average) implements AutoCloseable {

    /** The weights of a network's files. */
    static TrainedWeights of(WeightSource source, Map<String, long[]> layout, Device device) {
        Map<String, long[]> floating = new TreeMap<>(layout);
        floating.keySet().removeIf(name -> name.endsWith("position_ids"));
        floating.forEach(source::require);
        return of(floating, source::floats, device);
    }

    /** A starting adapter's weights. */
    static TrainedWeights of(DualAdapter adapter, Device device) {
        return of(adapter.layout().shapes(), adapter::values, device);
    }

    static TrainedWeights of(Map<String, long[]> shapes, Function<String, float[]> values, Device device) {
        SortedMap<String, NDArray> current = new TreeMap<>();
        SortedMap<String, NDArray> average = new TreeMap<>();
        shapes.forEach((name, shape) -> {
            float[] numbers = values.apply(name);
            current.put(name, Tensors.trainable(tensor(numbers, device, shape)));
            average.put(name, tensor(numbers, device, shape));
        });
        return new TrainedWeights(current, average);
    }

    private static NDArray tensor(float[] values, Device device, long[] shape) {
        try (TensorScope scope = TensorScope.open()) {
            return TensorScope.disown(Tensors.of(values, device, shape));
        }
    }

    /** What the optimizer changes, sorted by name. */
    List<NDArray> trained() {
        return List.copyOf(current.values());
    }

    /** Moves the averages towards the current weights: {@code a <- decay a + (1 - decay) w}. */
    void updateAverage(double decay) {
        try (GradientMode frozen = GradientMode.off()) {
            Operators.approach(List.copyOf(average.values()), List.copyOf(current.values()), 1 - decay);
        }
    }

    /** Numbers of one averaged weight, for writing. */
    float[] averaged(String name) {
        return Tensors.floats(average.get(name));
    }

    long[] shape(String name) {
        return Tensors.shape(current.get(name));
    }

    /** How many numbers are trained. */
    long count() {
        return ParameterLayout.numbers(
                current.values().stream().map(Tensors::shape).toList());
    }

    @Override
    public void close() {
        current.values().forEach(NDArray::close);
        average.values().forEach(NDArray::close);
    }

    /** Writes a trained base as a model directory: the trained weights, and all else as it was where training began. */
    static final class TrainedModelWriter {

        private static final String UNET = "unet";
        private static final String TEXT_ENCODER = "text_encoder";
        private static final String VAE = "vae";

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

        /** @param adapter empty: the starting adapter stays, if there is one */
        void writeBase(TrainedWeights unet, TrainedWeights text, Optional<TrainedWeights> adapter) throws IOException {
            copyAllBut(Set.of(UNET, TEXT_ENCODER));
            if (adapter.isPresent()) {
                write(Path.of(ModelDirectory.STARTING_ADAPTER), adapter.get());
            } else {
                copyAdapter();
            }
            copy(Path.of(UNET, "config.json"));
            copy(Path.of(TEXT_ENCODER, "config.json"));
            write(Path.of(UNET, "diffusion_pytorch_model.safetensors"), unet);
            write(Path.of(TEXT_ENCODER, "model.safetensors"), text);
        }

        /** @param codec weights of the closed form, which stay as they are */
        void writeDecoder(PatchCodec.Config config, WeightSource codec, TrainedWeights refinement) throws IOException {
            copyAllBut(Set.of(VAE));
            copyAdapter();
            Map<String, TensorData> tensors = new TreeMap<>();
            config.parameters().forEach((name, shape) -> {
                if (!refinement.current().containsKey(name)) {
                    tensors.put(name, TensorData.of(DType.F32, shape, () -> codec.floats(name)));
                }
            });
            write(Path.of(VAE, "diffusion_pytorch_model.safetensors"), refinement, tensors);
            Files.writeString(
                    folder.resolve(VAE).resolve("config.json"),
                    new GsonBuilder().setPrettyPrinting().create().toJson(config.toJson()));
        }

        private void write(Path name, TrainedWeights weights) throws IOException {
            write(name, weights, new LinkedHashMap<>());
        }

        private void write(Path name, TrainedWeights weights, Map<String, TensorData> tensors) throws IOException {
            weights.average()
                    .keySet()
                    .forEach(key ->
                            tensors.put(key, TensorData.of(dtype, weights.shape(key), () -> weights.averaged(key))));
            Path target = folder.resolve(name);
            Files.createDirectories(target.getParent());
            SafetensorsWriter.write(target, tensors, metadata);
        }

        private void copyAllBut(Set<String> trained) throws IOException {
            copy(Path.of(ModelDirectory.INDEX));
            for (String part : List.of("scheduler", "tokenizer", UNET, TEXT_ENCODER, VAE)) {
                if (!trained.contains(part)) {
                    copyFolder(part);
                }
            }
        }

        /** If training began with none, that of another base which was written here before goes. */
        private void copyAdapter() throws IOException {
            Path adapter = Path.of(ModelDirectory.STARTING_ADAPTER);
            if (Files.exists(start.resolve(adapter))) {
                copy(adapter);
            } else {
                Files.deleteIfExists(folder.resolve(adapter));
            }
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
}
