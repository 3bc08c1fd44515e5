package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.GeneratedPairsJob;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.evaluate.EvaluationFiles;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.report.DescribeRun;
import org.dualanodiff.pipeline.report.GeneratedPairs;
import org.dualanodiff.pipeline.report.ReadRealPairs;
import org.dualanodiff.pipeline.report.RealPairs;
import org.dualanodiff.pipeline.report.ReportPage;
import org.dualanodiff.pipeline.report.UnitFacts;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.PublishedAdapter;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.StoredFile;

/** Makes the page {@code runs/RUN/report.html} from what the store has; can be done again at any time. */
public final class WriteReport {

    /** Chapters of a page; the manifest lists all units. */
    private static final int MOST_UNITS = 200;

    private final SparkSession spark;
    private final ObjectStore store;

    public WriteReport(SparkSession spark, ObjectStore store) {
        this.spark = spark;
        this.store = store;
    }

    /**
     * Keeps what reports show of the real pairs. Done by the run itself, which has the data set; once for each unit.
     *
     * @throws IOException if a training image can no longer be read
     */
    public void keepRealPairs(String runId, List<DefectSet> sets, DatasetFiles files) throws IOException {
        Set<String> there = store.list(StoreLayout.realPairs(runId)).stream()
                .map(StoredFile::key)
                .collect(Collectors.toSet());
        for (DefectSet set : sets.subList(0, Math.min(MOST_UNITS, sets.size()))) {
            String key = StoreLayout.realPairs(runId, set.category(), set.defect());
            if (set.usable() && !there.contains(key)) {
                store.write(key, Json.bytes(new ReadRealPairs(files).of(set)));
            }
        }
    }

    /**
     * Writes the page over an earlier one.
     *
     * @return its address
     * @throws StoreException if the run has no manifest
     */
    public String run(String runId) {
        RunManifest manifest = new RunRegistry(store)
                .findManifest(runId)
                .orElseThrow(() -> new StoreException(
                        "run %s in %s has no manifest, it was never finished; finish it with augment or generate"
                                .formatted(runId, store.root())));
        List<RunManifest.Unit> shown = shown(manifest);
        Map<UnitKey, GeneratedPairs> generated = new GeneratedPairsJob(
                        JavaSparkContext.fromSparkContext(spark.sparkContext()), store.root())
                .run(
                        runId,
                        shown.stream()
                                .map(unit -> unit.unit())
                                .toList());
        List<UnitFacts> units =
                shown.stream().map(unit -> facts(runId, unit, generated)).toList();
        String key = StoreLayout.report(runId);
        store.write(key, ReportPage.html(DescribeRun.of(manifest, units, new EvaluationFiles(store).find(runId))));
        return store.uri(key);
    }

    /** All where there are not too many to look at, else those that are not complete before the others. */
    private static List<RunManifest.Unit> shown(RunManifest manifest) {
        return manifest.units().size() <= MOST_UNITS
                ? manifest.units()
                : manifest.units().stream()
                        .sorted(Comparator.comparing(RunManifest.Unit::succeeded))
                        .limit(MOST_UNITS)
                        .toList();
    }

    private UnitFacts facts(String runId, RunManifest.Unit unit, Map<UnitKey, GeneratedPairs> generated) {
        UnitKey key = unit.unit();
        return new UnitFacts(
                unit, provenance(unit), realPairs(runId, key), generated.getOrDefault(key, GeneratedPairs.NONE));
    }

    private Optional<Provenance> provenance(RunManifest.Unit unit) {
        return unit.adapter()
                .flatMap(adapter -> new AdapterRegistry(store).find(unit.category(), unit.defect(), adapter))
                .map(PublishedAdapter::provenance);
    }

    private RealPairs realPairs(String runId, UnitKey unit) {
        String key = StoreLayout.realPairs(runId, unit.category(), unit.defect());
        return store.find(key)
                .map(json -> Json.parse(json, RealPairs.class, store.uri(key)))
                .orElse(RealPairs.NONE);
    }
}
