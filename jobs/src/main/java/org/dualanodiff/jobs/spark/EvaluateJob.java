package org.dualanodiff.jobs.spark;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.jobs.progress.Progress;
import org.dualanodiff.model.Compute;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.evaluate.EvaluateArm;
import org.dualanodiff.pipeline.evaluate.GenerationMetrics;
import org.dualanodiff.pipeline.evaluate.MeasureGenerated;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads {@link EvaluateArm} and {@link MeasureGenerated} over the cluster: one task a detector, and one a set of generated
 * pairs. A failure stays with its task.
 */
public final class EvaluateJob {

    private static final Logger LOG = LoggerFactory.getLogger(EvaluateJob.class);

    private final JavaSparkContext spark;
    private final TaskSettings settings;
    private final Progress progress;

    public EvaluateJob(JavaSparkContext spark, TaskSettings settings, Progress progress) {
        this.spark = spark;
        this.settings = settings;
        this.progress = progress;
    }

    public List<EvaluateArm.Result> run(List<EvaluateArm.Task> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        String categories = JobText.named(tasks.stream().map(task -> task.data().category()));
        JobText.set(spark, "evaluate", "train and test %d detectors of %s".formatted(tasks.size(), categories));
        return GpuTask.on(spark.parallelize(tasks, tasks.size()))
                .map(new Detection(settings, progress))
                .collect();
    }

    public List<GenerationMetrics> measure(List<MeasureGenerated.Task> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        String pairs = JobText.named(tasks.stream().map(MeasureGenerated.Task::label));
        JobText.set(spark, "measure", "measure the generated pairs of " + pairs);
        return GpuTask.on(spark.parallelize(tasks, tasks.size()))
                .map(new Measurement(settings))
                .collect();
    }

    private record Detection(TaskSettings settings, Progress progress) implements Function<EvaluateArm.Task, EvaluateArm.Result> {

        @Override
        public EvaluateArm.Result call(EvaluateArm.Task task) throws Exception {
            Stopwatch watch = Stopwatch.start();
            try (ObjectStore store = settings.openStore()) {
                Compute compute = settings.detectorCompute();
                return new EvaluateArm(store, new DatasetFiles(HadoopProperties.configuration()))
                        .run(task, compute, progress.training(task.label(), settings.progressEvery()));
            } catch (Exception e) {
                if (TaskFailures.retriedBySpark(e)) {
                    throw e;
                }
                LOG.error("{} failed", task.label(), e);
                return EvaluateArm.Result.failed(task, watch.seconds(), FailureText.of(e));
            }
        }
    }

    private record Measurement(TaskSettings settings) implements Function<MeasureGenerated.Task, GenerationMetrics> {

        @Override
        public GenerationMetrics call(MeasureGenerated.Task task) throws Exception {
            try (ObjectStore store = settings.openStore()) {
                return new MeasureGenerated(store, new DatasetFiles(HadoopProperties.configuration())).run(task);
            } catch (Exception e) {
                if (TaskFailures.retriedBySpark(e)) {
                    throw e;
                }
                LOG.error("measuring {} failed", task.label(), e);
                return GenerationMetrics.failed(task, FailureText.of(e));
            }
        }
    }
}
