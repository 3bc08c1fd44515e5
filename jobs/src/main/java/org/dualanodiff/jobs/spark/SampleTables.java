package org.dualanodiff.jobs.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.quality.AcceptedCopies;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.quality.QualityRegistry;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import scala.Tuple2;

/** Which samples a run has: merged into its table, and staged. */
public final class SampleTables {

    private static final String COLUMNS = "category STRING, defect STRING, sample_index BIGINT, status STRING,"
            + " reasons ARRAY<STRING>, quality STRUCT<signature: BINARY>";

    private final SparkSession spark;
    private final ObjectStore store;

    public SampleTables(SparkSession spark, ObjectStore store) {
        this.spark = spark;
        this.store = store;
    }

    /** The samples of a run by unit, merged and staged ones together. Pictures are not read. */
    public Map<UnitKey, UnitSamples> of(String runId) {
        JobText.set(
                JavaSparkContext.fromSparkContext(spark.sparkContext()),
                "look",
                "see which samples run %s has".formatted(runId));
        JavaPairRDD<UnitKey, UnitSamples.Line> merged = lines(StoreLayout.samples(runId), true);
        JavaPairRDD<UnitKey, UnitSamples.Line> staged = lines(StoreLayout.staging(runId), false);
        Map<UnitKey, AcceptedCopies> rules = new HashMap<>();
        new QualityRegistry(store, runId)
                .all()
                .forEach(learned -> rules.put(new UnitKey(learned.category(), learned.defect()), learned.copies()));
        return new HashMap<>(merged.union(staged)
                .groupByKey()
                .mapToPair(unit -> new Tuple2<>(
                        unit._1(), UnitSamples.of(unit._2(), rules.getOrDefault(unit._1(), AcceptedCopies.NOT_SOUGHT))))
                .collectAsMap());
    }

    private JavaPairRDD<UnitKey, UnitSamples.Line> lines(String folder, boolean merged) {
        if (store.list(folder).stream().noneMatch(file -> StoreLayout.isSampleFile(file.key()))) {
            return JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelizePairs(List.of());
        }
        return spark.read()
                .schema(COLUMNS)
                .parquet(store.uri(folder))
                .toJavaRDD()
                .mapToPair(row -> line(row, merged));
    }

    private static Tuple2<UnitKey, UnitSamples.Line> line(Row row, boolean merged) {
        Row quality = row.getAs("quality");
        byte[] signature = quality == null ? null : quality.getAs("signature");
        return new Tuple2<>(
                new UnitKey(row.getAs("category"), row.getAs("defect")),
                new UnitSamples.Line(
                        merged,
                        row.<Long>getAs("sample_index"),
                        GeneratedSample.Status.ACCEPTED.column().equals(row.getAs("status")),
                        row.getList(row.fieldIndex("reasons")),
                        signature == null ? null : PairSignature.of(signature)));
    }
}
