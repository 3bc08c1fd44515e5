package org.dualanodiff.model.dual;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.TensorFile;
import org.dualanodiff.model.checkpoint.TorchZipWriter;
import org.dualanodiff.model.checkpoint.WeightSource;

/**
 * Adapters on disk, with the keys of the released code: {@code pytorch_lora_weights.safetensors}, or {@code .bin} as the
 * released code itself writes by default.
 */
public final class AdapterFile {

    /** The file's usual name. */
    public static final String NAME = "pytorch_lora_weights.safetensors";

    private static final String TORCH_ENDING = ".bin";
    /** As {@code training.rank}. */
    private static final int LARGEST_RANK = 1024;

    private static final String DOWN = ".down.weight";

    private AdapterFile() {}

    /**
     * Reads an adapter of either format; its rank, and whether it has background compensation, follow from the file.
     *
     * @throws CheckpointException if a tensor is missing, unknown or of a wrong shape for this base model, or holds what is
     *     no number; all shapes are looked at before any tensor is read
     */
    public static DualAdapter read(Path path, BaseModel base) {
        WeightSource file = WeightSource.open(path);
        AdapterLayout layout = AdapterLayout.of(base, rank(path, file), hasBackground(file));
        checkKeys(path, file, layout.shapes().keySet());
        layout.shapes().forEach(file::require);
        return DualAdapter.of(layout, key -> finite(path, key, file.floats(key)), base.device());
    }

    /** One of them would make all pictures black or grey, and nobody would know why. */
    private static float[] finite(Path path, String key, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new CheckpointException(
                        "file %s: tensor %s holds %s at %d; it comes from a training that went wrong"
                                .formatted(path, key, values[i], i));
            }
        }
        return values;
    }

    /** The rank of the LoRA in an adapter file, without reading its weights. */
    public static int rank(Path path) {
        return rank(path, WeightSource.open(path));
    }

    /** Whether an adapter file is of the variant with background compensation, without reading its weights. */
    public static boolean hasBackground(Path path) {
        return hasBackground(WeightSource.open(path));
    }

    /**
     * Writes the adapter in fp32.
     *
     * @param path if it ends in {@code .bin}, the file is one that {@code torch.save} would write; else safetensors
     * @param metadata travels in the header of a safetensors file
     */
    public static void write(DualAdapter adapter, Path path, Map<String, String> metadata) throws IOException {
        write(tensors(adapter), path, metadata);
    }

    /** Copies an adapter file into the format that the ending of {@code to} stands for, without looking at a base model. */
    public static void convert(Path from, Path to) throws IOException {
        TensorFile file = TensorFile.open(from);
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        file.tensors()
                .forEach((key, info) ->
                        tensors.put(key, new TensorData(info.dtype(), info.shape(), () -> file.map(key))));
        write(tensors, to, Map.of());
    }

    private static void write(Map<String, TensorData> tensors, Path path, Map<String, String> metadata)
            throws IOException {
        if (path.toString().endsWith(TORCH_ENDING)) {
            TorchZipWriter.write(path, tensors);
        } else {
            Map<String, String> header = new TreeMap<>(metadata);
            header.put("format", "pt");
            SafetensorsWriter.write(path, tensors, header);
        }
    }

    private static Map<String, TensorData> tensors(DualAdapter adapter) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        adapter.layout()
                .shapes()
                .forEach((key, shape) -> tensors.put(key, TensorData.of(DType.F32, shape, () -> adapter.values(key))));
        return tensors;
    }

    private static int rank(Path path, WeightSource file) {
        return file.names().stream()
                .filter(name -> name.endsWith(DOWN))
                .findFirst()
                .flatMap(file::find)
                .filter(info -> info.shape().length > 0)
                .map(info -> checkedRank(path, info.shape()[0]))
                .orElseThrow(() -> new CheckpointException(
                        "file %s: not a DualAnoDiff adapter: no tensor's name ends with %s".formatted(path, DOWN)));
    }

    private static int checkedRank(Path path, long rank) {
        if (rank < 1 || rank > LARGEST_RANK) {
            throw new CheckpointException(
                    "file %s: a LoRA of rank %d; supported is 1 to %d".formatted(path, rank, LARGEST_RANK));
        }
        return (int) rank;
    }

    private static boolean hasBackground(WeightSource file) {
        return file.names().stream().anyMatch(key -> key.endsWith(BackgroundCompensation.SHARE));
    }

    private static void checkKeys(Path path, WeightSource file, Set<String> expected) {
        Set<String> missing = new TreeSet<>(expected);
        missing.removeAll(file.names());
        Set<String> unknown = new TreeSet<>(file.names());
        unknown.removeAll(expected);
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw new CheckpointException("file %s does not fit this base model: %d tensors missing%s, %d unknown%s"
                    .formatted(path, missing.size(), first(missing), unknown.size(), first(unknown)));
        }
    }

    private static String first(Set<String> names) {
        return names.stream().findFirst().map(name -> " (first: " + name + ")").orElse("");
    }
}
