package org.dualanodiff.jobs.spark;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.jobs.progress.Progress;
import org.dualanodiff.model.BaseModel;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.generate.GenerateResult;
import org.dualanodiff.pipeline.generate.GenerateSamples;
import org.dualanodiff.pipeline.generate.GenerateTask;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spreads {@link GenerateSamples} over the cluster: one task a unit. A failure stays with its unit. */
public final class GenerateJob {

    private final JavaSparkContext spark;
    private final TaskSettings settings;
    private final Progress progress;

    public GenerateJob(JavaSparkContext spark, TaskSettings settings, Progress progress) {
        this.spark = spark;
        this.settings = settings;
        this.progress = progress;
    }

    public List<GenerateResult> run(List<GenerateTask> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        spark.setJobGroup("generate", "generate samples in %d tasks".formatted(tasks.size()), true);
        return spark.parallelize(tasks, tasks.size())
                .map(new Generation(settings, progress))
                .collect();
    }

    private record Generation(TaskSettings settings, Progress progress)
            implements Function<GenerateTask, GenerateResult> {

        private static final Logger LOG = LoggerFactory.getLogger(GenerateJob.class);

        @Override
        public GenerateResult call(GenerateTask task) throws Exception {
            Stopwatch watch = Stopwatch.start();
            try (ObjectStore store = settings.openStore()) {
                BaseModel base = ModelCache.get(task.adapter().provenance().base(), settings.compute());
                try (AdapterCache.Lease lease = AdapterCache.lease(store, task.adapter(), base)) {
                    return new GenerateSamples(store, new DatasetFiles(HadoopProperties.configuration()))
                            .run(base, lease.adapter(), task, progress.generation(unit(task)));
                }
            } catch (Exception e) {
                if (TaskFailures.retriedBySpark(e)) {
                    throw e;
                }
                LOG.error("generating {} failed", task.unit(), e);
                return GenerateResult.failed(task.unit(), watch.seconds(), FailureText.of(e));
            }
        }

        private static String unit(GenerateTask task) {
            return "%s/%s from %d"
                    .formatted(
                            task.unit().category(),
                            task.unit().defect(),
                            task.unit().missing()[0]);
        }
    }
}
