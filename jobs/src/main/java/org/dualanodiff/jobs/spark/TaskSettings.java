package org.dualanodiff.jobs.spark;

import java.io.Serializable;
import org.dualanodiff.model.Compute;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * What every task of a run is told.
 *
 * @param store address of the store
 * @param device {@code compute.device}
 * @param threads native threads of one task
 * @param progressEvery training steps between two reports
 */
public record TaskSettings(String store, String device, int threads, int progressEvery) implements Serializable {

    public static TaskSettings of(PipelineConfig config) {
        return new TaskSettings(
                config.store(),
                config.compute().device(),
                config.compute().threads(),
                config.training().logEvery());
    }

    /** The store, opened on the machine that asks. */
    ObjectStore openStore() {
        return ObjectStore.open(store, HadoopProperties.current());
    }

    /** The device and threads of the running task. */
    Compute compute() {
        return new Compute(GpuTask.device(device), threads);
    }
}
