package org.dualanodiff.jobs.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.InspectImage;
import org.dualanodiff.pipeline.dataset.InspectImage.Finding;
import org.dualanodiff.pipeline.dataset.InspectImage.Task;
import org.dualanodiff.pipeline.dataset.KnownFindings;
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
     * Looks at images of a data set that were not looked at before.
     *
     * @param store where it is kept what was found
     * @param root of the data set
     * @param keeps whether the store may be written to
     */
    public static InspectImage.Many images(
            JavaSparkContext spark, ObjectStore store, String root, boolean keeps, DatasetFiles files) {
        return new KnownFindings(store, root, keeps, new Images(spark, files));
    }

    @Override
    public List<SampleFileSummary> samples(List<String> keys) {
        return keys.isEmpty() ? List.of() : spread(keys, "read %d files of samples", new Samples(store));
    }

    @Override
    public Map<String, FileDigest> digests(List<String> keys) {
        Map<String, FileDigest> digests = new HashMap<>();
        if (!keys.isEmpty()) {
            spread(keys, "hash %d files", new Digests(store)).forEach(digests::putAll);
        }
        return digests;
    }

    private <T> List<T> spread(List<String> keys, String what, Function<String, T> reading) {
        return new SparkJob(spark, "inspect", what.formatted(keys.size())).run(keys, reading);
    }

    private static ObjectStore open(String store) {
        return Machine.ofSpark().open(store);
    }

    private record Samples(String store) implements Function<String, SampleFileSummary> {
        @Override
        public SampleFileSummary call(String key) {
            try (ObjectStore opened = open(store)) {
                return new InspectionHere(opened).samples(List.of(key)).get(0);
            }
        }
    }

    private record Digests(String store) implements Function<String, Map<String, FileDigest>> {
        @Override
        public Map<String, FileDigest> call(String key) {
            try (ObjectStore opened = open(store)) {
                return new InspectionHere(opened).digests(List.of(key));
            }
        }
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
                    .run(tasks, new Look()).stream().flatMap(List::stream).toList();
        }

        private record Look() implements Function<List<Task>, List<Finding>> {
            @Override
            public List<Finding> call(List<Task> images) {
                InspectImage inspect = new InspectImage(Machine.ofSpark().files());
                return images.stream().map(inspect::run).toList();
            }
        }
    }
}
