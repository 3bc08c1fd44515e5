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
 */
public record TaskSettings(String store, String device, String precision, int threads, int progressEvery)
        implements Serializable {

    public static TaskSettings of(PipelineConfig config) {
        return new TaskSettings(
                config.store(),
                config.compute().device(),
                config.compute().precision(),
                config.compute().threads(),
                config.training().logEvery());
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
