package org.dualanodiff.jobs.run;

import java.util.List;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.report.Readable;
import org.dualanodiff.pipeline.run.RunInputs;

/** What a run needs of the memory of each device, as people read it. */
final class MemoryText {

    private static final String TASK_GPUS = "spark.task.resource.gpu.amount";

    private MemoryText() {}

    static List<String> lines(RunInputs inputs) {
        PipelineConfig config = inputs.settings().config();
        String device = device(config);
        TrainingConfig training = inputs.settings().training(BackgroundMode.OFF);
        Precision trained = Compute.trainingPrecision(config.compute().forTraining(), device);
        Precision generated = Compute.generationPrecision(config.compute().forGeneration(), device);
        int pairs = training.microBatchSize() == 0 ? training.batchSize() : training.microBatchSize();
        int resolution = inputs.settings().resolution();
        int batch = config.generation().batchSize();
        return List.of(
                "memory of the %s: training about %s (%d pairs at once, %s%s), generating about %s (%d pairs, %s)"
                        .formatted(
                                device.equals("cpu") ? "CPU" : "GPU",
                                Readable.bytes(inputs.memory()
                                        .training(trained, resolution, training.rank(), pairs, training.recompute())),
                                pairs,
                                trained,
                                training.recompute() ? ", recomputed" : "",
                                Readable.bytes(
                                        inputs.memory().generation(generated, resolution, training.rank(), batch)),
                                batch,
                                generated));
    }

    /** The kind of device that tasks will have, as far as the settings tell. */
    private static String device(PipelineConfig config) {
        String setting = config.compute().device();
        if (!setting.equals("auto")) {
            return setting;
        }
        return config.spark().conf().containsKey(TASK_GPUS) ? "cuda" : "cpu";
    }
}
