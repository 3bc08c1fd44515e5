package org.dualanodiff.jobs.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.pipeline.samples.SampleFileSummary;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.upkeep.FileInspection;
import org.dualanodiff.pipeline.upkeep.InspectionHere;

/** Spreads the reading of a store's files over the cluster: one task a file. */
public final class SparkInspection implements FileInspection {

    private final JavaSparkContext spark;
    private final String store;

    /** @param store its address */
    public SparkInspection(JavaSparkContext spark, String store) {
        this.spark = spark;
        this.store = store;
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
        spark.setJobGroup("inspect", what.formatted(keys.size()), true);
        return spark.parallelize(keys, keys.size()).map(reading).collect();
    }

    private static ObjectStore open(String store) {
        return ObjectStore.open(store, HadoopProperties.current());
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
}
