package org.dualanodiff.pipeline.pretrain;

import org.dualanodiff.pipeline.UserError;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.torch.Compute;

/**
 * What the {@code pretrain} job is asked for. Folders are paths that hold on the machine that trains.
 *
 * @param out folder of the model; its subfolder {@code pretraining} holds what a resume needs, and the sample sheets
 * @param from model directory to continue from; null: a small model begins from nothing
 * @param data folders of faultless pictures of one's own
 * @param crops squares at random places and of random sizes, cut from each of them beside the middle one
 * @param pairs whether both branches are trained on pairs as well
 * @param rank of the starting adapter
 * @param steps in all
 * @param minutes after which to stop early, resumable; 0: none
 * @param sampleEvery steps between two resumable states with their sample sheets
 * @param seed of everything random
 */
public record PretrainSettings(
        String out,
        String from,
        List<String> data,
        int crops,
        boolean pairs,
        int rank,
        int steps,
        int batchSize,
        double learningRate,
        double minutes,
        int sampleEvery,
        long seed,
        Compute compute)
        implements Serializable {

    public PretrainSettings {
        data = List.copyOf(data);
        if (steps < 1 || batchSize < 1 || rank < 1 || sampleEvery < 1) {
            throw new UserError("--steps, --batch-size, --rank and --sample-every must be positive, were %d, %d, %d and %d"
                    .formatted(steps, batchSize, rank, sampleEvery));
        }
    }

    Path folder() {
        return Path.of(out);
    }

    Optional<Path> start() {
        return Optional.ofNullable(from).map(Path::of);
    }

    List<Path> pictures() {
        return data.stream().map(Path::of).toList();
    }

    /** The same on another device, such as the one that a task was given. */
    public PretrainSettings on(Compute device) {
        return new PretrainSettings(
                out,
                from,
                data,
                crops,
                pairs,
                rank,
                steps,
                batchSize,
                learningRate,
                minutes,
                sampleEvery,
                seed,
                device);
    }
}
