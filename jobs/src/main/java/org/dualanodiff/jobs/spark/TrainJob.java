package org.dualanodiff.jobs.spark;

import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.jobs.progress.Progress;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.train.TrainResult;
import org.dualanodiff.pipeline.train.TrainTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spreads {@link TrainAdapter} over the cluster: one task an adapter. A failure stays with its unit. */
public final class TrainJob {

    /** Those that take longest begin first, so that no GPU is left with a long one when the others are done. */
    private static final Comparator<TrainTask> LONGEST_FIRST =
            Comparator.comparingLong(TrainJob::work).reversed();

    private final JavaSparkContext spark;
    private final TaskSettings settings;
    private final Progress progress;
    private final TaskLog log;

    public TrainJob(JavaSparkContext spark, TaskSettings settings, Progress progress, TaskLog log) {
        this.spark = spark;
        this.settings = settings;
        this.progress = progress;
        this.log = log;
    }

    public List<TrainResult> run(List<TrainTask> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        String units = JobText.named(tasks.stream().map(TrainJob::unit));
        JobText.set(
                spark,
                "train",
                "train %s: %d steps each"
                        .formatted(units, tasks.get(0).training().steps()));
        List<TrainTask> sorted = tasks.stream().sorted(LONGEST_FIRST).toList();
        return spark.parallelize(sorted, sorted.size())
                .map(new Training(settings, progress, log, System.currentTimeMillis()))
                .collect();
    }

    private static UnitKey unit(TrainTask task) {
        return new UnitKey(task.adapter().category(), task.adapter().defect());
    }

    /** How long the tasks of a run take in relation to one another: images drawn, and encoded before. */
    private static long work(TrainTask task) {
        long drawn = (long) task.training().steps() * task.training().batchSize();
        return drawn + task.set().training().size();
    }

    private record Training(TaskSettings settings, Progress progress, TaskLog log, long submitted)
            implements Function<TrainTask, TrainResult> {

        private static final Logger LOG = LoggerFactory.getLogger(TrainJob.class);

        @Override
        public TrainResult call(TrainTask task) throws Exception {
            String unit = unit(task).toString();
            log.begin("train", unit);
            try (TaskWatch watch = TaskWatch.start(unit, submitted)) {
                return train(task, unit, watch);
            }
        }

        private TrainResult train(TrainTask task, String unit, TaskWatch watch) throws Exception {
            try (ObjectStore store = settings.openStore()) {
                TaskHook.call("train", unit);
                LOG.info("training begins, {} steps", task.training().steps());
                TrainResult result = settings.work()
                        .train(
                                store,
                                task,
                                settings,
                                watch.counting(progress.training(unit, settings.progressEvery())),
                                watch::loaded);
                LOG.info("trained, {} steps in {} s", result.stepsMade(), Math.round(result.seconds()));
                return result.withTimes(watch.times(result.times()));
            } catch (Exception e) {
                if (TaskFailures.retriedBySpark(e)) {
                    throw e;
                }
                LOG.error("training {} failed", task.adapter(), e);
                return TrainResult.failed(task.adapter(), watch.seconds(), FailureText.of(e));
            }
        }
    }
}
