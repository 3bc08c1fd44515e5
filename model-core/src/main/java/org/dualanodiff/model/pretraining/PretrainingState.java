package org.dualanodiff.model.pretraining;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.function.ToDoubleBiFunction;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages;
import org.dualanodiff.model.pretraining.Pretraining.Listener;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.AdamW;

/**
 * All that pretraining needs to go on, in one safetensors file: weights, their averages, the optimizers' moments and the
 * number of steps made. There is no random state, see {@link PretrainingBatch}.
 */
final class PretrainingState {

    private static final String STEP = "step";
    private static final String UPDATES = "updates.";
    private static final String ORIGIN = "origin";

    private final PretrainingConfig config;
    private final String origin;
    private final Map<String, Part> parts;

    /** Weights that share an optimizer, in the order of its parameters. */
    record Part(List<TrainedWeights> weights, AdamW optimizer) {

        List<NDArray> current() {
            return weights.stream().flatMap(w -> w.current().values().stream()).toList();
        }

        List<NDArray> average() {
            return weights.stream().flatMap(w -> w.average().values().stream()).toList();
        }
    }

    /**
     * @param start fingerprint of the model that training began from
     * @param images what it learns from
     */
    PretrainingState(PretrainingConfig config, String start, PretrainingImages images, Map<String, Part> parts) {
        this.config = config;
        PretrainingConfig lasting = new PretrainingConfig(
                config.steps(),
                config.batchSize(),
                config.learningRate(),
                config.pairRank(),
                config.resolution(),
                config.averaging(),
                0,
                config.seed());
        this.origin = start + " " + lasting + " " + images.fingerprint();
        this.parts = parts;
    }

    /** Writes the file whole or not at all. */
    void save(Path path, int step) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(STEP, Integer.toString(step));
        metadata.put(ORIGIN, origin);
        parts.forEach((name, part) -> {
            metadata.put(UPDATES + name, Integer.toString(part.optimizer().steps()));
            put(tensors, name + ".weight.", part.current());
            put(tensors, name + ".average.", part.average());
            put(tensors, name + ".first_moment.", part.optimizer().firstMoments());
            put(tensors, name + ".second_moment.", part.optimizer().secondMoments());
        });
        SafetensorsWriter.write(path, tensors, metadata);
    }

    /**
     * {@link Pretraining#train}.
     *
     * @param draw what a step learns from, from its number; called on another thread while the model computes
     * @param made makes a step and gives its loss
     * @return steps made in all
     */
    <B> int train(Path checkpoint, IntFunction<B> draw, ToDoubleBiFunction<Integer, B> made, Listener listener)
            throws IOException {
        int done = Files.exists(checkpoint) ? restore(checkpoint) : 0;
        int last = done;
        CompletableFuture<B> drawn = ahead(last + 1, draw);
        while (last < config.steps() && !listener.shouldStop()) {
            B batch = drawn.join();
            last++;
            drawn = ahead(last + 1, draw);
            double loss = made.applyAsDouble(last, batch);
            if (!Double.isFinite(loss)) {
                throw new ArithmeticException("pretraining diverged: the loss of step %d is %s; lower the learning rate"
                        .formatted(last, loss));
            }
            listener.afterStep(last, config.steps(), loss);
            if (last % config.checkpointEvery() == 0) {
                save(checkpoint, last);
                listener.afterCheckpoint(last);
            }
        }
        if (last > done && last % config.checkpointEvery() != 0) {
            save(checkpoint, last);
            listener.afterCheckpoint(last);
        }
        return last;
    }

    /**
     * The loss of a step that was made; NaN where the norm of its gradients is not finite. Both are read as one number:
     * a GPU is waited for once.
     */
    static double lossOf(NDArray loss, NDArray gradientNorm) {
        return Operators.item(Operators.add(loss, Operators.multiply(gradientNorm, 0)));
    }

    private <B> CompletableFuture<B> ahead(int step, IntFunction<B> draw) {
        return step > config.steps()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.supplyAsync(() -> draw.apply(step));
    }

    private static void put(Map<String, TensorData> tensors, String prefix, List<NDArray> values) {
        for (int i = 0; i < values.size(); i++) {
            NDArray tensor = values.get(i);
            tensors.put(prefix + i, TensorData.of(DType.F32, Tensors.shape(tensor), () -> Tensors.floats(tensor)));
        }
    }

    /**
     * Puts everything back to what was saved.
     *
     * @return steps made then
     * @throws CheckpointException if the file is damaged or belongs to a training with other settings
     */
    int restore(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        String saved = file.metadata().get(ORIGIN);
        if (!origin.equals(saved)) {
            throw new CheckpointException(
                    "file %s: saved by a pretraining from another base, on other pictures or with other settings: expected %s, found %s"
                            .formatted(path, origin, saved));
        }
        parts.forEach((name, part) -> {
            overwrite(part.current(), file, name + ".weight.");
            overwrite(part.average(), file, name + ".average.");
            part.optimizer()
                    .restore(
                            Integer.parseInt(file.metadata().get(UPDATES + name)),
                            i -> file.floats(name + ".first_moment." + i),
                            i -> file.floats(name + ".second_moment." + i));
        });
        return Integer.parseInt(file.metadata().get(STEP));
    }

    private static void overwrite(List<NDArray> tensors, SafetensorsFile file, String prefix) {
        for (int i = 0; i < tensors.size(); i++) {
            Tensors.overwrite(tensors.get(i), file.floats(prefix + i));
        }
    }
}
