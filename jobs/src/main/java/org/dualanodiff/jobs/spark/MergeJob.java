package org.dualanodiff.jobs.spark;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.quality.AcceptedCopies;
import org.dualanodiff.pipeline.quality.QualityCheck;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.StoredFile;

/**
 * Merges the staged files of a run into its table, a few large files instead of one for each task, and writes down which
 * pairs are near-copies of others.
 *
 * <p>A crash at any point loses and doubles nothing: until its files are deleted a staged sample counts as made, what a
 * half-finished merge has committed is not merged again, and what it had not committed is cleared away.
 */
public final class MergeJob {

    /** Parquet files that readers like lie between 128 and 512 MB. */
    private static final long FILE_BYTES = 256L << 20;

    private static final StructType VERDICTS =
            StructType.fromDDL("verdict_index BIGINT, nearest DOUBLE, is_copy BOOLEAN");
    private static final Set<String> PICTURES = Set.of("image", "mask", "anomaly");

    private final SparkSession spark;
    private final ObjectStore store;
    private final boolean keepRejectedPixels;
    private final Runnable requireHeld;

    /** @param requireHeld asked before each change of the table; throws if another driver has taken over the run */
    public MergeJob(SparkSession spark, ObjectStore store, boolean keepRejectedPixels, Runnable requireHeld) {
        this.spark = spark;
        this.store = store;
        this.keepRejectedPixels = keepRejectedPixels;
        this.requireHeld = requireHeld;
    }

    /**
     * Merges everything that the run has staged.
     *
     * @param samples what {@link SampleTables} says now
     */
    public void run(String runId, Map<UnitKey, UnitSamples> samples) {
        samples.forEach((unit, has) -> {
            if (!has.pending().isEmpty()) {
                requireHeld.run();
                merge(runId, unit, has);
            }
            if (has.staged()) {
                requireHeld.run();
                store.delete(StoreLayout.staging(runId, unit.category(), unit.defect()));
            }
        });
    }

    private void merge(String runId, UnitKey unit, UnitSamples samples) {
        String staging = StoreLayout.staging(runId, unit.category(), unit.defect());
        String table = StoreLayout.samples(runId, unit.category(), unit.defect());
        JobText.set(JavaSparkContext.fromSparkContext(spark.sparkContext()), "merge", "merge the samples of " + unit);
        clearCommit(table);
        Dataset<Row> rows = rows(staging, samples);
        int files = files(staging);
        judged(rows, samples.copies())
                .repartitionById(files, file(samples, files))
                .sortWithinPartitions("sample_index")
                .write()
                .mode(SaveMode.Append)
                .parquet(store.uri(table));
    }

    /**
     * The number of the file that a row goes to: each takes a range of indices with as many rows. A partitioning by range
     * would read all pictures once more, only to look at some of the indices.
     */
    private static Column file(UnitSamples samples, int files) {
        int[] indices = samples.pending().stream().toArray();
        Column file = lit(0);
        for (int next = 1; next < files; next++) {
            int first = indices[(int) ((long) next * indices.length / files)];
            file = file.plus(col("sample_index").geq(first).cast("int"));
        }
        return file;
    }

    /**
     * Hadoop's committer for file systems works in a folder of one name and commits whatever lies there: of a job that died
     * between its tasks' commits and its own, it would publish those tasks' rows beside the same rows of this one.
     */
    private void clearCommit(String table) {
        store.delete(table + "/" + FileOutputCommitter.PENDING_DIR_NAME);
    }

    /** What is pending, each sample once. */
    private Dataset<Row> rows(String staging, UnitSamples samples) {
        Dataset<Row> rows = spark.read().parquet(store.uri(staging));
        if (!samples.merged().isEmpty()) {
            rows = rows.filter(not(
                    col("sample_index").isin(samples.merged().stream().boxed().toArray())));
        }
        // A shuffle of all pictures, so only where there is something to drop.
        return samples.repeated() ? rows.dropDuplicates("sample_index") : rows;
    }

    /** With the distance to the nearest good pair, and near-copies as rejected. */
    private Dataset<Row> judged(Dataset<Row> rows, AcceptedCopies.Outcome outcome) {
        if (outcome.distances().isEmpty()) {
            return rows;
        }
        List<Row> verdicts = outcome.distances().entrySet().stream()
                .map(entry -> RowFactory.create(
                        entry.getKey(), entry.getValue(), outcome.copies().contains(entry.getKey())))
                .toList();
        Dataset<Row> joined = rows.join(
                broadcast(spark.createDataFrame(verdicts, VERDICTS)),
                col("sample_index").equalTo(col("verdict_index")),
                "left");
        UnaryOperator<Column> ifCopy = value -> when(coalesce(col("is_copy"), lit(false)), value);
        return joined.select(Arrays.stream(rows.columns())
                .map(name -> judged(name, ifCopy).as(name))
                .toArray(Column[]::new));
    }

    private Column judged(String column, UnaryOperator<Column> ifCopy) {
        Column value = col(column);
        return switch (column) {
            case "quality" -> value.withField("accepted_distance", col("nearest"));
            case "status" ->
                ifCopy.apply(lit(GeneratedSample.Status.REJECTED.column())).otherwise(value);
            case "reasons" ->
                ifCopy.apply(array(lit(QualityCheck.NEAR_COPY_OF_ACCEPTED.reason())))
                        .otherwise(value);
            default ->
                PICTURES.contains(column) && !keepRejectedPixels
                        ? ifCopy.apply(lit(null)).otherwise(value)
                        : value;
        };
    }

    private int files(String staging) {
        long bytes = store.list(staging).stream().mapToLong(StoredFile::bytes).sum();
        return (int) Math.max(1, (bytes + FILE_BYTES - 1) / FILE_BYTES);
    }
}
