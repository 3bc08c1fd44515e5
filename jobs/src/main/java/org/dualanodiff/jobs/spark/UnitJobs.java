package org.dualanodiff.jobs.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.jobs.metrics.WorkCounters;
import org.dualanodiff.jobs.metrics.Progress;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.generate.CommitPairs;
import org.dualanodiff.pipeline.generate.CommitTask;
import org.dualanodiff.pipeline.generate.GenerateResult;
import org.dualanodiff.pipeline.generate.GenerateSamples;
import org.dualanodiff.pipeline.generate.GenerateTask;
import org.dualanodiff.pipeline.generate.PairSource;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.quality.LearnQuality;
import org.dualanodiff.pipeline.quality.QualityProfile;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.PairVerdict;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.train.TrainResult;
import org.dualanodiff.pipeline.train.TrainTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a unit, each a Spark job of its own; any number of threads submit theirs at once. Training and generation hold a
 * GPU where the cluster has any, the others none. What cannot be done for the unit's sake is a result; what Spark gives up is
 * thrown.
 */
public final class UnitJobs {

    private static final Logger LOG = LoggerFactory.getLogger(UnitJobs.class);

    private final JavaSparkContext spark;
    private final TaskSettings settings;
    private final String runId;
    private final Progress progress;

    public UnitJobs(JavaSparkContext spark, TaskSettings settings, String runId, Progress progress) {
        this.spark = spark;
        this.settings = settings;
        this.runId = runId;
        this.progress = progress;
    }

    public NativeTask.Done<TrainResult> train(TrainTask task) {
        UnitKey unit = new UnitKey(task.adapter().category(), task.adapter().defect());
        JobText.set(
                spark,
                "train",
                "train %s: %d steps".formatted(unit, task.training().steps()));
        return GpuTask.on(spark.parallelize(List.of(task), 1))
                .map(new Training(settings, runId, progress))
                .collect()
                .get(0);
    }

    /** One task a unit of generation. */
    public List<NativeTask.Done<GenerateResult>> generate(List<GenerateTask> tasks) {
        int pairs =
                tasks.stream().mapToInt(task -> task.unit().missing().length).sum();
        UnitKey unit = unit(tasks.get(0));
        JobText.set(spark, "generate", "generate %d pairs of %s in %d tasks".formatted(pairs, unit, tasks.size()));
        return GpuTask.on(spark.parallelize(tasks, tasks.size()))
                .map(new Generation(settings, runId, progress))
                .collect();
    }

    public QualityProfile learn(LearnQuality.Task task) {
        return one("quality", "look at the real pairs of " + task.unit(), List.of(task), new Learning())
                .get(0);
    }

    /** One task a file of the table. */
    public List<UnitCommit.File> commit(List<CommitTask> tasks) {
        UnitKey unit = new UnitKey(
                tasks.get(0).adapter().category(), tasks.get(0).adapter().defect());
        return one("commit", "write the pairs of " + unit, tasks, new Committing(settings));
    }

    /** What pairs there are in some files, those of one adapter; pairs that are in several come several times. */
    public List<PairVerdict> verdicts(UnitKey unit, String adapter, List<String> keys) {
        return one("look", "see which pairs there are of " + unit, keys, new Looking(settings, adapter)).stream()
                .flatMap(List::stream)
                .toList();
    }

    private <T, R> List<R> one(String step, String text, List<T> tasks, Function<T, R> work) {
        JobText.set(spark, step, text);
        JavaRDD<T> rdd = spark.parallelize(tasks, tasks.size());
        return rdd.map(work).collect();
    }

    private static UnitKey unit(GenerateTask task) {
        return new UnitKey(task.unit().category(), task.unit().defect());
    }

    private static final class Training extends NativeTask<TrainTask, TrainResult> {
        private final Progress progress;

        Training(TaskSettings settings, String runId, Progress progress) {
            super(settings, runId, "train");
            this.progress = progress;
        }

        @Override
        UnitKey unit(TrainTask task) {
            return new UnitKey(task.adapter().category(), task.adapter().defect());
        }

        @Override
        TrainResult work(TrainTask task, ObjectStore store, TaskWatch watch) throws Exception {
            LOG.info("training begins, {} steps", task.training().steps());
            TrainResult result = settings.work()
                    .train(
                            store,
                            task,
                            settings,
                            watch.counting(progress.training(unit(task).toString(), settings.progressEvery())),
                            watch::loaded);
            LOG.info("trained, {} steps in {} s", result.stepsMade(), Math.round(result.seconds()));
            return result.withTimes(watch.times(result.times()));
        }

        @Override
        TrainResult failed(TrainTask task, double seconds, String error) {
            return TrainResult.failed(task.adapter(), seconds, error);
        }
    }

    private static final class Generation extends NativeTask<GenerateTask, GenerateResult> {
        private final Progress progress;

        Generation(TaskSettings settings, String runId, Progress progress) {
            super(settings, runId, "generate");
            this.progress = progress;
        }

        @Override
        UnitKey unit(GenerateTask task) {
            return UnitJobs.unit(task);
        }

        @Override
        GenerateResult work(GenerateTask task, ObjectStore store, TaskWatch watch) throws Exception {
            try (PairSource pairs = settings.work().pairs(store, task, settings)) {
                watch.loaded();
                String part = "%s from %d".formatted(unit(task), task.unit().missing()[0]);
                GenerateResult result =
                        new GenerateSamples(store).run(pairs, task, watch.counting(progress.generation(part)));
                LOG.info(
                        "generated {} pairs, {} of them accepted",
                        result.pairs().size(),
                        result.accepted());
                WorkCounters.ofThisJvm().ended(result);
                return result.withTimes(watch.times(result.times()));
            }
        }

        @Override
        GenerateResult failed(GenerateTask task, double seconds, String error) {
            GenerateResult result = GenerateResult.failed(task.unit(), seconds, error);
            WorkCounters.ofThisJvm().ended(result);
            return result;
        }
    }

    private record Learning() implements Function<LearnQuality.Task, QualityProfile> {
        @Override
        public QualityProfile call(LearnQuality.Task task) throws IOException {
            return new LearnQuality(new DatasetFiles(HadoopProperties.configuration())).run(task);
        }
    }

    private record Committing(TaskSettings settings) implements Function<CommitTask, UnitCommit.File> {
        @Override
        public UnitCommit.File call(CommitTask task) throws IOException {
            try (ObjectStore store = settings.openStore()) {
                return new CommitPairs(store).run(task);
            }
        }
    }

    private record Looking(TaskSettings settings, String adapter) implements Function<String, List<PairVerdict>> {
        @Override
        public List<PairVerdict> call(String key) throws IOException {
            Path copy = Files.createTempFile("dualanodiff-look-", ".parquet");
            try (ObjectStore store = settings.openStore()) {
                store.download(key, copy);
                try (Stream<GeneratedSample> samples = SampleFile.stream(copy)) {
                    return samples.filter(sample -> sample.adapter().equals(adapter))
                            .map(sample -> PairVerdict.of(sample, key))
                            .toList();
                } catch (RuntimeException e) {
                    throw new IOException(
                            "%s cannot be read: %s; delete it and run again".formatted(store.uri(key), e.getMessage()),
                            e);
                }
            } finally {
                Files.deleteIfExists(copy);
            }
        }
    }
}
