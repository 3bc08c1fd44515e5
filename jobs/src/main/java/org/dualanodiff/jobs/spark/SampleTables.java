package org.dualanodiff.jobs.spark;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;

/** Which samples a run has: merged into its table, and staged. */
public final class SampleTables {

    private static final String INDEX_COLUMNS = "category STRING, defect STRING, sample_index BIGINT";

    private final SparkSession spark;
    private final ObjectStore store;

    public SampleTables(SparkSession spark, ObjectStore store) {
        this.spark = spark;
        this.store = store;
    }

    /** The sample indices of a run by unit, merged and staged ones together. */
    public Map<UnitKey, BitSet> existing(String runId) {
        Map<UnitKey, BitSet> indices = merged(runId);
        staged(runId)
                .forEach((unit, staged) ->
                        indices.computeIfAbsent(unit, u -> new BitSet()).or(staged));
        return indices;
    }

    Map<UnitKey, BitSet> merged(String runId) {
        return indices(StoreLayout.samples(runId));
    }

    Map<UnitKey, BitSet> staged(String runId) {
        return indices(StoreLayout.staging(runId));
    }

    private Map<UnitKey, BitSet> indices(String folder) {
        Map<UnitKey, BitSet> indices = new HashMap<>();
        if (store.list(folder).stream().anyMatch(file -> StoreLayout.isSampleFile(file.key()))) {
            List<Row> rows = spark.read()
                    .schema(INDEX_COLUMNS)
                    .parquet(store.uri(folder))
                    .collectAsList();
            rows.forEach(row -> indices.computeIfAbsent(
                            new UnitKey(row.getAs("category"), row.getAs("defect")), u -> new BitSet())
                    .set(Math.toIntExact(row.getAs("sample_index"))));
        }
        return indices;
    }
}
