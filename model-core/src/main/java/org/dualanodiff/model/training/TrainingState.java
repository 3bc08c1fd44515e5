package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
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
     * @throws CheckpointException if the file is damaged or belongs to a training with other settings
     */
    void restore(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        if (!fits(file)) {
            throw new CheckpointException("file %s: saved by a training with other settings: expected %s, found %s"
                    .formatted(path, config.lasting(), file.metadata().get(CONFIG)));
        }
        adapter.tensors().forEach((key, tensor) -> Tensors.overwrite(tensor, file.floats(WEIGHT + key)));
        List<String> trained = adapter.trainedKeys(config.ablation());
        optimizer.restore(
                Integer.parseInt(file.metadata().get(STEP)),
                i -> file.floats(FIRST + trained.get(i)),
                i -> file.floats(SECOND + trained.get(i)));
        losses.restore(new Gson().fromJson(file.metadata().get(LOSSES), double[].class));
    }

    /** Whether the file is of a training with these settings. */
    boolean fits(SafetensorsFile file) {
        return config.lasting().toString().equals(file.metadata().get(CONFIG));
    }

    private static TensorData data(NDArray tensor) {
        return TensorData.of(DType.F32, Tensors.shape(tensor), () -> Tensors.floats(tensor));
    }
}
