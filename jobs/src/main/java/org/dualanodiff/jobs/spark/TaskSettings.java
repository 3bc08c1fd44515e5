package org.dualanodiff.jobs.spark;

import java.io.Serializable;
import org.dualanodiff.jobs.spark.UnitJobs.UnitWork;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * What every task of a run is told.
 *
 * @param store address of the store
 * @param device {@code compute.device}
 * @param trainingPrecision {@code compute.training-precision}, or what holds in its place
 * @param generationPrecision {@code compute.generation-precision}, or what holds in its place
 * @param threads native threads of one task
 * @param progressEvery training steps between two reports
 * @param work what it does on its device
 */
public record TaskSettings(
        String store,
        String device,
        String trainingPrecision,
        String generationPrecision,
        int threads,
        int progressEvery,
        UnitWork work)
        implements Serializable {

    /** @param store of the driver, whose root is the same from every folder of a machine */
    public static TaskSettings of(PipelineConfig config, ObjectStore store) {
        return of(config, store, UnitWork.OF_MODEL);
    }

    /** With something else in the model's place. */
    public static TaskSettings of(PipelineConfig config, ObjectStore store, UnitWork work) {
        return new TaskSettings(
                store.root(),
                config.compute().device(),
                config.compute().forTraining(),
                config.compute().forGeneration(),
                config.compute().threads(),
                config.training().logEvery(),
                work);
    }

    /** The store, opened on the machine that asks. */
    public ObjectStore openStore() {
        return Machine.ofSpark().open(store);
    }

    /** What the running task trains an adapter on. */
    Compute trainingCompute() {
        String given = GpuTask.device(device);
        return new Compute(given, Compute.trainingPrecision(trainingPrecision, given), threads);
    }

    /** What the running task generates on. */
    Compute generationCompute() {
        String given = GpuTask.device(device);
        return new Compute(given, Compute.generationPrecision(generationPrecision, given), threads);
    }

    /** What the running task trains a detector on, for which auto is the fastest precision there is. */
    public Compute detectorCompute() {
        String given = GpuTask.device(device);
        return trainingPrecision.equals("auto") ? Compute.fastest(given, threads) : trainingCompute();
    }
}
