package org.dualanodiff.jobs.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.dualanodiff.jobs.metrics.Progress;
import org.dualanodiff.jobs.metrics.WorkCounters;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.generate.GenerateSamples;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateResult;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.generate.GenerateSamples.PairSource;
import org.dualanodiff.pipeline.generate.ModelPairs;
import org.dualanodiff.pipeline.generate.WritePairs;
import org.dualanodiff.pipeline.generate.WritePairs.WriteTask;
import org.dualanodiff.pipeline.quality.LearnQuality;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.GeneratedSample.PairVerdict;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.train.TrainAdapter;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainResult;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainTask;
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
    private final RunLease.Fence fence;
    private final Progress progress;

    /** @param fence of the driver's run */
    public UnitJobs(JavaSparkContext spark, TaskSettings settings, RunLease.Fence fence, Progress progress) {
        this.spark = spark;
        this.settings = settings;
        this.fence = fence;
        this.progress = progress;
    }

    /** @param tasks one, of one adapter */
    public void train(List<TrainTask> tasks, BiConsumer<TrainTask, NativeTask.Done<TrainResult>> ended) {
        TrainTask task = tasks.get(0);
        job(
                        "train",
                        "train %s: %d steps",
                        task.adapter().unit(),
                        task.training().steps())
                .onGpus(tasks, new Training(settings, fence, progress), ended);
    }

    /**
     * Generates pairs of one unit.
     *
     * @param ended is told of each task as it ends, though Spark may give up the job
     */
    public void generate(List<GenerateTask> tasks, BiConsumer<GenerateTask, NativeTask.Done<GenerateResult>> ended) {
        int pairs =
                tasks.stream().mapToInt(task -> task.unit().missing().size()).sum();
        job("generate", "generate %d pairs of %s in %d tasks", pairs, unit(tasks.get(0)), tasks.size())
                .onGpus(tasks, new Generation(settings, fence, progress), ended);
    }

    public QualityProfile learn(LearnQuality.Task task) {
        return job("quality", "look at the real pairs of %s", task.unit())
                .run(List.of(task), one -> new LearnQuality(Machine.ofSpark().files()).run(one))
                .get(0);
    }

    /** One task a file of the table. */
    public List<UnitCommit.File> write(List<WriteTask> tasks) {
        RunLease.Fence held = fence;
        return job("commit", "write the pairs of %s", tasks.get(0).adapter().unit())
                .onStore(settings.store(), tasks, (store, task) -> new WritePairs(store, held).run(task));
    }

    /** What pairs there are in some files, those of one adapter; pairs that are in several come several times. */
    public List<PairVerdict> verdicts(UnitKey unit, String adapter, List<String> keys) {
        return job("look", "see which pairs there are of %s", unit)
                .onStore(settings.store(), keys, (store, key) -> verdicts(store, adapter, key))
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    /** As {@link #verdicts}, of pairs by whatever adapter. */
    public List<PairVerdict> earlier(UnitKey unit, List<String> keys) {
        return verdicts(unit, "", keys);
    }

    private static List<PairVerdict> verdicts(ObjectStore store, String adapter, String key) throws IOException {
        try (Stream<GeneratedSample> samples = SampleFile.stream(store, key)) {
            return samples.filter(sample -> adapter.isEmpty()
                            || sample.id().adapter().fingerprint().hex().equals(adapter))
                    .map(sample -> PairVerdict.of(sample, key))
                    .toList();
        }
    }

    private SparkJob job(String step, String text, Object... values) {
        return new SparkJob(spark, step, text.formatted(values));
    }

    private static UnitKey unit(GenerateTask task) {
        return task.unit().unit();
    }

    private static final class Training extends NativeTask<TrainTask, TrainResult> {
        private final Progress progress;

        Training(TaskSettings settings, RunLease.Fence fence, Progress progress) {
            super(settings, fence, "train");
            this.progress = progress;
        }

        @Override
        UnitKey unit(TrainTask task) {
            return task.adapter().unit();
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

        Generation(TaskSettings settings, RunLease.Fence fence, Progress progress) {
            super(settings, fence, "generate");
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
                int first = task.unit().missing().get(0);
                GenerateResult result = new GenerateSamples(store, fence)
                        .run(
                                pairs,
                                task,
                                watch.counting(progress.generation(unit(task).toString(), first)));
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

    /**
     * What a task does on its device: the model's work, or what stands in for it where the engine around the model is
     * measured.
     */
    public interface UnitWork extends Serializable {

        UnitWork OF_MODEL = new ModelWork();

        /**
         * Trains an adapter and publishes it.
         *
         * @param loaded to be called when the model is there
         * @throws IOException if an image cannot be read, or a file cannot be written
         */
        TrainResult train(
                ObjectStore store, TrainTask task, TaskSettings settings, TrainingListener listener, Runnable loaded)
                throws IOException;

        /**
         * Opens the source of a task's pairs.
         *
         * @throws IOException if an adapter or an image cannot be read
         */
        PairSource pairs(ObjectStore store, GenerateTask task, TaskSettings settings) throws IOException;

        /** Training and sampling with the base model and the adapters that this JVM holds. */
        record ModelWork() implements UnitWork {

            @Override
            public TrainResult train(
                    ObjectStore store,
                    TrainTask task,
                    TaskSettings settings,
                    TrainingListener listener,
                    Runnable loaded)
                    throws IOException {
                BaseModel base = LoadedModels.base(
                        task.base(),
                        settings.trainingCompute(),
                        files -> JvmCheck.trainingBytes(files, task.training().rank()));
                loaded.run();
                return new TrainAdapter(store, Machine.ofSpark().files()).run(base, task, listener);
            }

            @Override
            public PairSource pairs(ObjectStore store, GenerateTask task, TaskSettings settings) throws IOException {
                BaseModel base = LoadedModels.base(
                        task.base(),
                        settings.generationCompute(),
                        files -> task.adapter().provenance().weights().bytes());
                LoadedModels.Lease lease = LoadedModels.adapter(store, task.adapter(), base);
                try {
                    DatasetFiles files = Machine.ofSpark().files();
                    return new LeasedPairs(new ModelPairs(base, lease.adapter(), task, files), lease);
                } catch (IOException | RuntimeException | Error e) {
                    lease.close();
                    throw e;
                }
            }

            /** Pairs of an adapter that is given back with them. */
            private record LeasedPairs(PairSource pairs, LoadedModels.Lease lease) implements PairSource {

                @Override
                public Supplier<List<GeneratedSample>> block(long block) {
                    return pairs.block(block);
                }

                @Override
                public String device() {
                    return pairs.device();
                }

                @Override
                public void close() {
                    pairs.close();
                    lease.close();
                }
            }
        }
    }
}
