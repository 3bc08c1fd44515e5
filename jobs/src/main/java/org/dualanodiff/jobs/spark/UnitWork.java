package org.dualanodiff.jobs.spark;

import java.io.IOException;
import java.io.Serializable;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.generate.GenerateTask;
import org.dualanodiff.pipeline.generate.PairSource;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.train.TrainResult;
import org.dualanodiff.pipeline.train.TrainTask;

/**
 * What a task does on its device: the model's work, or what stands in for it where the engine around the model is
 * measured.
 */
public interface UnitWork extends Serializable {

    UnitWork OF_MODEL = new ModelWork();

    /**
     * Trains an adapter and publishes it.
     *
     * @param loaded to be called when the model is there
     * @throws IOException if an image cannot be read, or a file cannot be written
     */
    TrainResult train(
            ObjectStore store, TrainTask task, TaskSettings settings, TrainingListener listener, Runnable loaded)
            throws IOException;

    /**
     * Opens the source of a task's pairs.
     *
     * @throws IOException if an adapter or an image cannot be read
     */
    PairSource pairs(ObjectStore store, GenerateTask task, TaskSettings settings) throws IOException;
}
