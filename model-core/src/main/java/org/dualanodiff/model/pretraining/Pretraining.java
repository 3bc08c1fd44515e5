package org.dualanodiff.model.pretraining;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.dualanodiff.model.checkpoint.DType;

/** A base, or its decoder, in training. */
public sealed interface Pretraining extends AutoCloseable permits BaseTrainer, DecoderTrainer {

    /** How many numbers are trained. */
    long parameters();

    /**
     * Trains up to the configured number of steps, or until the listener stops it. If {@code checkpoint} exists, training
     * goes on from there and ends with the same weights as if it had never stopped: on a CPU exactly, on a GPU up to rounding.
     *
     * @return steps made in all
     * @throws ArithmeticException if the loss is no number any more
     */
    int train(Path checkpoint, Listener listener) throws IOException;

    /**
     * Writes the base as a model directory with the averaged weights of what was trained.
     *
     * @param folder files of the same name are replaced
     * @param dtype F32, F16 or BF16, of what was trained
     * @param metadata travels in the header of the weight files: how they were made
     */
    void write(Path folder, DType dtype, Map<String, String> metadata) throws IOException;

    @Override
    void close();

    /** Sees how pretraining gets on. */
    interface Listener {

        /** @param steps in all */
        void afterStep(int step, int steps, double loss);

        /** A resumable state was written. */
        void afterCheckpoint(int step) throws IOException;

        /** Asked after every step: whether to stop early, resumable. */
        boolean shouldStop();
    }
}
