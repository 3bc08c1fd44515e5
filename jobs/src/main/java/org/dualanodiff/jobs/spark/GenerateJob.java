package org.dualanodiff.jobs.spark;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.jobs.metrics.WorkCounters;
import org.dualanodiff.jobs.progress.Progress;
import org.dualanodiff.pipeline.generate.GenerateResult;
import org.dualanodiff.pipeline.generate.GenerateSamples;
import org.dualanodiff.pipeline.generate.GenerateTask;
import org.dualanodiff.pipeline.generate.PairSource;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spreads {@link GenerateSamples} over the cluster: one task a unit. A failure stays with its unit. */
public final class GenerateJob {

    private final JavaSparkContext spark;
    private final TaskSettings settings;
    private final Progress progress;
    private final TaskLog log;

    public GenerateJob(JavaSparkContext spark, TaskSettings settings, Progress progress, TaskLog log) {
        this.spark = spark;
        this.settings = settings;
        this.progress = progress;
        this.log = log;
    }

    public List<GenerateResult> run(List<GenerateTask> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        int pairs =
                tasks.stream().mapToInt(task -> task.unit().missing().length).sum();
        String units = JobText.named(tasks.stream().map(GenerateJob::unit));
        JobText.set(spark, "generate", "generate %d pairs of %s in %d tasks".formatted(pairs, units, tasks.size()));
        return spark.parallelize(tasks, tasks.size())
                .map(new Generation(settings, progress, log, System.currentTimeMillis()))
                .collect();
    }

    private static UnitKey unit(GenerateTask task) {
        return new UnitKey(task.unit().category(), task.unit().defect());
    }

    private record Generation(TaskSettings settings, Progress progress, TaskLog log, long submitted)
            implements Function<GenerateTask, GenerateResult> {

        private static final Logger LOG = LoggerFactory.getLogger(GenerateJob.class);

        @Override
        public GenerateResult call(GenerateTask task) throws Exception {
            log.begin("generate", unit(task).toString());
            try (TaskWatch watch = TaskWatch.start(unit(task).toString(), submitted)) {
                GenerateResult result = generate(task, watch);
                WorkCounters.ofThisJvm().ended(result);
                return result;
            }
        }

        private GenerateResult generate(GenerateTask task, TaskWatch watch) throws Exception {
            try (ObjectStore store = settings.openStore()) {
                TaskHook.call("generate", unit(task).toString());
                try (PairSource pairs = settings.work().pairs(store, task, settings)) {
                    watch.loaded();
                    GenerateResult result = new GenerateSamples(store)
                            .run(pairs, task, watch.counting(progress.generation(part(task))));
                    LOG.info("generated {} pairs, {} of them accepted", result.pairs(), result.accepted());
                    return result.withTimes(watch.times(result.times()));
                }
            } catch (Exception e) {
                if (TaskFailures.retriedBySpark(e)) {
                    throw e;
                }
                LOG.error("generating {} failed", task.unit(), e);
                return GenerateResult.failed(task.unit(), watch.seconds(), FailureText.of(e));
            }
        }

        /** Of a unit, by its first index. */
        private static String part(GenerateTask task) {
            return "%s from %d".formatted(unit(task), task.unit().missing()[0]);
        }
    }
}
