package org.dualanodiff.jobs.spark;

import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;

/** How many samples of a run were accepted and rejected. */
public final class VerdictCounts {

    private static final String COLUMNS = "category STRING, defect STRING, status STRING";
    private static final Comparator<UnitKey> ORDER =
            Comparator.comparing(UnitKey::category).thenComparing(UnitKey::defect);

    private final SparkSession spark;
    private final ObjectStore store;

    public VerdictCounts(SparkSession spark, ObjectStore store) {
        this.spark = spark;
        this.store = store;
    }

    /** Of one (category, defect). */
    public record Counts(long accepted, long rejected) {
        private Counts plus(boolean good, long count) {
            return good ? new Counts(accepted + count, rejected) : new Counts(accepted, rejected + count);
        }
    }

    /** By unit, in the order of their names. */
    public SortedMap<UnitKey, Counts> of(String runId) {
        SortedMap<UnitKey, Counts> counts = new TreeMap<>(ORDER);
        for (Row row : spark.read()
                .schema(COLUMNS)
                .parquet(store.uri(StoreLayout.samples(runId)))
                .groupBy("category", "defect", "status")
                .count()
                .collectAsList()) {
            UnitKey unit = new UnitKey(row.getAs("category"), row.getAs("defect"));
            boolean good = GeneratedSample.Status.ACCEPTED.column().equals(row.getAs("status"));
            counts.merge(
                    unit,
                    new Counts(0, 0).plus(good, row.getAs("count")),
                    (a, b) -> new Counts(a.accepted() + b.accepted(), a.rejected() + b.rejected()));
        }
        return counts;
    }
}
