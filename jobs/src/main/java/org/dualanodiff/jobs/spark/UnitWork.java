package org.dualanodiff.jobs.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.function.Supplier;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.generate.GenerateSamples.PairSource;
import org.dualanodiff.pipeline.generate.ModelPairs;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.train.TrainAdapter;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainResult;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainTask;

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

    /** Training and sampling with the base model and the adapters that this JVM holds. */
    record ModelWork() implements UnitWork {

        @Override
        public TrainResult train(
                ObjectStore store, TrainTask task, TaskSettings settings, TrainingListener listener, Runnable loaded)
                throws IOException {
            BaseModel base = LoadedModels.base(task.base(), settings.trainingCompute());
            loaded.run();
            return new TrainAdapter(store, Machine.ofSpark().files()).run(base, task, listener);
        }

        @Override
        public PairSource pairs(ObjectStore store, GenerateTask task, TaskSettings settings) throws IOException {
            BaseModel base = LoadedModels.base(task.adapter().provenance().base(), settings.generationCompute());
            LoadedModels.Lease lease = LoadedModels.adapter(store, task.adapter(), base);
            try {
                DatasetFiles files = Machine.ofSpark().files();
                return new LeasedPairs(new ModelPairs(base, lease.adapter(), task, files), lease);
            } catch (IOException | RuntimeException e) {
                lease.close();
                throw e;
            }
        }

        /** Pairs of an adapter that is given back with them. */
        private record LeasedPairs(PairSource pairs, LoadedModels.Lease lease) implements PairSource {

            @Override
            public Supplier<List<GeneratedSample>> block(long block) {
                return pairs.block(block);
            }

            @Override
            public String device() {
                return pairs.device();
            }

            @Override
            public void close() {
                pairs.close();
                lease.close();
            }
        }
    }
}
