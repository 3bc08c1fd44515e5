package org.dualanodiff.jobs.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.InspectImage;
import org.dualanodiff.pipeline.dataset.InspectImage.Finding;
import org.dualanodiff.pipeline.dataset.InspectImage.Task;
import org.dualanodiff.pipeline.dataset.KnownFindings;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.samples.SampleFileInspector.SampleFileSummary;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.upkeep.VerifyStore.FileInspection;
import org.dualanodiff.pipeline.upkeep.VerifyStore.InspectionHere;

/** Spreads the reading of files over the cluster: those of a store, one task a file, and the images of data sets. */
public final class SparkInspection implements FileInspection {

    private final JavaSparkContext spark;
    private final String store;

    /** @param store its address */
    public SparkInspection(JavaSparkContext spark, String store) {
        this.spark = spark;
        this.store = store;
    }

    /**
     * What a run starts from; of its data set those images are looked at that were not looked at before.
     *
     * @param store where it is kept what was found
     * @param keeps whether the store may be written to
     */
    public static RunInputs inputs(
            JavaSparkContext spark, Machine machine, PipelineConfig config, ObjectStore store, boolean keeps) {
        return RunInputs.read(
                config,
                machine.cache(),
                machine.hadoop(),
                files -> new KnownFindings(store, config.dataset().root(), keeps, new Images(spark, files)));
    }

    @Override
    public List<SampleFileSummary> samples(List<String> keys) {
        return spread(
                "read %d files of samples",
                keys,
                (opened, key) ->
                        new InspectionHere(opened).samples(List.of(key)).get(0));
    }

    @Override
    public Map<String, FileDigest> digests(List<String> keys) {
        Map<String, FileDigest> digests = new HashMap<>();
        spread("hash %d files", keys, (opened, key) -> new InspectionHere(opened).digests(List.of(key)))
                .forEach(digests::putAll);
        return digests;
    }

    private <R> List<R> spread(String what, List<String> keys, Function2<ObjectStore, String, R> reading) {
        return new SparkJob(spark, "inspect", what.formatted(keys.size())).onStore(store, keys, reading);
    }

    /** Looks at images of a data set: many on the cluster, few here. */
    private record Images(JavaSparkContext spark, DatasetFiles files) implements InspectImage.Many {

        /** A task of Spark's costs as much as some images. */
        private static final int OF_A_TASK = 64;

        private static final int FEW = 4 * OF_A_TASK;

        @Override
        public List<Finding> inspect(List<Task> images) {
            if (images.size() <= FEW) {
                return InspectImage.Many.here(files).inspect(images);
            }
            List<List<Task>> tasks = IntStream.iterate(0, from -> from < images.size(), from -> from + OF_A_TASK)
                    .mapToObj(from -> List.copyOf(images.subList(from, Math.min(images.size(), from + OF_A_TASK))))
                    .toList();
            return new SparkJob(spark, "inspect", "look at %d images".formatted(images.size()))
                    .run(tasks, SparkInspection::look).stream()
                            .flatMap(List::stream)
                            .toList();
        }
    }

    private static List<Finding> look(List<Task> images) {
        InspectImage inspect = new InspectImage(Machine.ofSpark().files());
        return images.stream().map(inspect::run).toList();
    }
}
