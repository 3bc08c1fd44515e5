package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.TensorFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.DualTrainer.LossCurve;

/**
 * All that a training needs to go on: adapter, both optimizer moments, number of steps made and the
 * losses so far, in one safetensors file. There is no random state, see {@link BatchSource}.
 */
final class TrainingState {

    private static final String WEIGHT = "adapter.";
    private static final String FIRST = "first_moment.";
    private static final String SECOND = "second_moment.";
    private static final String STEP = "step";
    private static final String LOSSES = "losses";
    private static final String CONFIG = "config";

    private final TrainingConfig config;
    private final DualAdapter adapter;
    private final AdamW optimizer;
    private final LossCurve losses;

    TrainingState(TrainingConfig config, DualAdapter adapter, AdamW optimizer, LossCurve losses) {
        this.config = config;
        this.adapter = adapter;
        this.optimizer = optimizer;
        this.losses = losses;
    }

    /** Writes the file whole or not at all. */
    void save(Path path) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        adapter.tensors().forEach((key, tensor) -> tensors.put(WEIGHT + key, data(tensor)));
        List<String> trained = adapter.trainedKeys(config.ablation());
        for (int i = 0; i < trained.size(); i++) {
            tensors.put(FIRST + trained.get(i), data(optimizer.firstMoments().get(i)));
            tensors.put(SECOND + trained.get(i), data(optimizer.secondMoments().get(i)));
        }
        SafetensorsWriter.write(
                path,
                tensors,
                Map.of(
                        STEP, Integer.toString(optimizer.steps()),
                        LOSSES, new Gson().toJson(losses.values()),
                        CONFIG, config.lasting().toString()));
    }

    /**
     * Puts adapter, optimizer and losses back to what was saved.
     *
     * @throws CheckpointException if the file is damaged, or of a training with other settings or of another base
     */
    void restore(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        misfit(file).ifPresent(why -> {
            throw new CheckpointException("file %s: %s".formatted(path, why));
        });
        adapter.tensors().forEach((key, tensor) -> Tensors.overwrite(tensor, file.floats(WEIGHT + key)));
        List<String> trained = adapter.trainedKeys(config.ablation());
        optimizer.restore(
                Integer.parseInt(file.metadata().get(STEP)),
                i -> file.floats(FIRST + trained.get(i)),
                i -> file.floats(SECOND + trained.get(i)));
        losses.restore(new Gson().fromJson(file.metadata().get(LOSSES), double[].class));
    }

    /** Whether the file is of a training with these settings, and of an adapter of these shapes. */
    boolean fits(SafetensorsFile file) {
        return misfit(file).isEmpty();
    }

    /** Why training cannot go on from a file; empty if it can. */
    private Optional<String> misfit(SafetensorsFile file) {
        String settings = config.lasting().toString();
        String saved = file.metadata().get(CONFIG);
        if (!settings.equals(saved)) {
            return Optional.of(
                    "saved by a training with other settings: expected %s, found %s".formatted(settings, saved));
        }
        for (Map.Entry<String, long[]> expected : shapes().entrySet()) {
            TensorFile.Info found = file.tensors().get(expected.getKey());
            if (found == null || !Arrays.equals(found.shape(), expected.getValue())) {
                return Optional.of("saved by a training of another base: tensor %s: expected shape %s, found %s"
                        .formatted(
                                expected.getKey(),
                                Arrays.toString(expected.getValue()),
                                found == null ? "none" : Arrays.toString(found.shape())));
            }
        }
        return Optional.empty();
    }

    /** What the file holds: the shape of every tensor, by name. */
    private Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        adapter.layout().shapes().forEach((key, shape) -> shapes.put(WEIGHT + key, shape));
        for (String key : adapter.trainedKeys(config.ablation())) {
            long[] shape = adapter.layout().shapes().get(key);
            shapes.put(FIRST + key, shape);
            shapes.put(SECOND + key, shape);
        }
        return shapes;
    }

    private static TensorData data(NDArray tensor) {
        return TensorData.of(DType.F32, Tensors.shape(tensor), () -> Tensors.floats(tensor));
    }
}
