package org.dualanodiff.jobs.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.VerdictCounts;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.export.PublishDataset;
import org.dualanodiff.pipeline.export.PublishedDataset;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;

/** Publishes the pairs of finished runs under a name. */
public final class PublishRun {

    private final SparkSession spark;
    private final ObjectStore store;

    public PublishRun(SparkSession spark, ObjectStore store) {
        this.spark = spark;
        this.store = store;
    }

    /**
     * @return what is current now; the same version as before if nothing has changed
     * @throws StoreException if a run is not finished or has no samples
     */
    public PublishedDataset run(String name, List<String> runs) {
        List<String> distinct = runs.stream().distinct().sorted().toList();
        List<PublishedDataset.File> files = new ArrayList<>();
        List<PublishedDataset.Unit> units = new ArrayList<>();
        for (String run : distinct) {
            requireFinished(run);
            files.addAll(new SampleFiles(store).ofRun(run));
            units.addAll(units(run));
        }
        return new PublishDataset(store)
                .publish(
                        new PublishedDataset(name, 0, Instant.now(), distinct, units, files, ProductVersion.current()));
    }

    private void requireFinished(String run) {
        if (new RunRegistry(store).findManifest(run).isEmpty()) {
            throw new StoreException("run %s in %s has no manifest, it was never finished; finish it with augment first"
                    .formatted(run, store.root()));
        }
    }

    private List<PublishedDataset.Unit> units(String run) {
        Map<UnitKey, AdapterId> adapters = new RunRegistry(store)
                .boundAdapters(run).stream()
                        .collect(Collectors.toMap(id -> new UnitKey(id.category(), id.defect()), id -> id));
        return new VerdictCounts(spark, store)
                .of(run).entrySet().stream()
                        .map(entry -> unit(run, entry.getKey(), entry.getValue(), adapters))
                        .toList();
    }

    private static PublishedDataset.Unit unit(
            String run, UnitKey key, VerdictCounts.Counts counts, Map<UnitKey, AdapterId> adapters) {
        return new PublishedDataset.Unit(
                run,
                key.category(),
                key.defect(),
                Optional.ofNullable(adapters.get(key))
                        .map(id -> id.fingerprint().hex())
                        .orElse(null),
                counts.accepted(),
                counts.rejected());
    }
}
