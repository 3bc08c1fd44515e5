package org.dualanodiff.jobs.spark;

import java.io.Serializable;
import org.dualanodiff.model.Compute;
import org.dualanodiff.model.detector.DetectorCompute;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * What every task of a run is told.
 *
 * @param store address of the store
 * @param device {@code compute.device}
 * @param precision {@code compute.precision}
 * @param threads native threads of one task
 * @param progressEvery training steps between two reports
 * @param work what it does on its device
 */
public record TaskSettings(String store, String device, String precision, int threads, int progressEvery, UnitWork work)
        implements Serializable {

    public static TaskSettings of(PipelineConfig config) {
        return of(config, UnitWork.OF_MODEL);
    }

    /** With something else in the model's place. */
    public static TaskSettings of(PipelineConfig config, UnitWork work) {
        return new TaskSettings(
                config.store(),
                config.compute().device(),
                config.compute().precision(),
                config.compute().threads(),
                config.training().logEvery(),
                work);
    }

    /** The store, opened on the machine that asks. */
    ObjectStore openStore() {
        return ObjectStore.open(store, HadoopProperties.current());
    }

    /** The device and threads of the running task. */
    Compute compute() {
        String given = GpuTask.device(device);
        return new Compute(given, Compute.precision(precision, given), threads);
    }

    /** As {@link #compute} for the training of a detector, for which auto is the fastest precision there is. */
    Compute detectorCompute() {
        String given = GpuTask.device(device);
        return precision.equals("auto") ? DetectorCompute.fastest(given, threads) : compute();
    }
}
