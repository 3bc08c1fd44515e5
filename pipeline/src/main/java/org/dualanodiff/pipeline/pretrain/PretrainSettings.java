package org.dualanodiff.pipeline.pretrain;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.Compute;

/**
 * What the {@code pretrain} job is asked for.
 *
 * @param out folder of the model; its subfolder {@code pretraining} holds what a resume needs, and the sample sheets
 * @param from model directory to continue from; none: a small model begins from nothing
 * @param data folders of faultless pictures of one's own
 * @param pairs whether both branches are trained on pairs as well
 * @param rank of the starting adapter
 * @param steps in all
 * @param minutes after which to stop early, resumable; 0: none
 * @param sampleEvery steps between two resumable states with their sample sheets
 * @param seed of everything random
 */
public record PretrainSettings(
        Path out,
        Optional<Path> from,
        List<Path> data,
        boolean pairs,
        int rank,
        int steps,
        int batchSize,
        double learningRate,
        double minutes,
        int sampleEvery,
        long seed,
        Compute compute) {}
