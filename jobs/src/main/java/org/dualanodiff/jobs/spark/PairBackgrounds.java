package org.dualanodiff.jobs.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.substring_index;

import java.util.Collection;
import java.util.List;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.ObjectStore;

/** The good images that the accepted pairs of a run were made on. Pictures are not read. */
public final class PairBackgrounds {

    private static final String COLUMNS = "category STRING, background STRING, status STRING";

    private final SparkSession spark;
    private final ObjectStore store;

    public PairBackgrounds(SparkSession spark, ObjectStore store) {
        this.spark = spark;
        this.store = store;
    }

    /** Their addresses, without the windows in them; none where the model drew whole images. */
    public List<String> of(String runId, Collection<String> categories) {
        String[] files = new RunSamples(store, runId)
                .files().stream().map(file -> store.literalUri(file.key())).toArray(String[]::new);
        if (files.length == 0) {
            return List.of();
        }
        return spark.read()
                .schema(COLUMNS)
                .parquet(files)
                .filter(col("status")
                        .equalTo(GeneratedSample.Status.ACCEPTED.column())
                        .and(col("background").isNotNull())
                        .and(col("category").isin(categories.toArray())))
                .select(substring_index(col("background"), "#", 1).as("image"))
                .distinct()
                .orderBy("image")
                .as(Encoders.STRING())
                .collectAsList();
    }
}
