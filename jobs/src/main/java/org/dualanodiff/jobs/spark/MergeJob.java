package org.dualanodiff.jobs.spark;

import static org.apache.spark.sql.functions.col;

import java.util.BitSet;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.StoredFile;

/**
 * Merges the staged files of a run into its table, a few large files instead of one for each task.
 *
 * <p>A crash at any point loses and doubles nothing: until its files are deleted a staged sample counts as made, and
 * what a half-finished merge has committed is not merged again.
 */
public final class MergeJob {

    /** Parquet files that readers like lie between 128 and 512 MB. */
    private static final long FILE_BYTES = 256L << 20;

    private final SparkSession spark;
    private final ObjectStore store;
    private final SampleTables tables;

    public MergeJob(SparkSession spark, ObjectStore store) {
        this.spark = spark;
        this.store = store;
        this.tables = new SampleTables(spark, store);
    }

    /** Merges everything that the run has staged. */
    public void run(String runId) {
        Map<UnitKey, BitSet> merged = tables.merged(runId);
        tables.staged(runId).forEach((unit, staged) -> {
            BitSet there = merged.getOrDefault(unit, new BitSet());
            staged.andNot(there);
            if (!staged.isEmpty()) {
                merge(runId, unit, there);
            }
            store.delete(StoreLayout.staging(runId, unit.category(), unit.defect()));
        });
    }

    private void merge(String runId, UnitKey unit, BitSet merged) {
        String staging = StoreLayout.staging(runId, unit.category(), unit.defect());
        String table = StoreLayout.samples(runId, unit.category(), unit.defect());
        JavaSparkContext.fromSparkContext(spark.sparkContext())
                .setJobGroup("merge", "merge the samples of " + unit, true);
        Dataset<Row> rows = spark.read().parquet(store.uri(staging));
        if (!merged.isEmpty()) {
            rows = rows.filter(
                    col("sample_index").isin(merged.stream().boxed().toArray()).unary_$bang());
        }
        rows.repartitionByRange(files(staging), col("sample_index"))
                .sortWithinPartitions("sample_index")
                .write()
                .mode(SaveMode.Append)
                .parquet(store.uri(table));
    }

    private int files(String staging) {
        long bytes = store.list(staging).stream().mapToLong(StoredFile::bytes).sum();
        return (int) Math.max(1, (bytes + FILE_BYTES - 1) / FILE_BYTES);
    }
}
