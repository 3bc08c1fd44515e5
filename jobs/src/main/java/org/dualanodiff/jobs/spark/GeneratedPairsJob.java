package org.dualanodiff.jobs.spark;

import static org.apache.spark.sql.functions.col;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.report.DescribeRun;
import org.dualanodiff.pipeline.report.GeneratedPairs;
import org.dualanodiff.pipeline.report.PairThumbnail;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Gathers what the report shows of a run's samples. Counts and areas are read from their own columns; pictures only of
 * the few rows that are shown.
 */
public final class GeneratedPairsJob {

    private static final String COLUMNS = """
            category STRING, defect STRING, sample_index BIGINT, background STRING, status STRING, reasons ARRAY<STRING>,
            millis BIGINT, mask_area INT, width INT, height INT,
            image STRUCT<bytes: BINARY>, anomaly STRUCT<bytes: BINARY>, mask STRUCT<bytes: BINARY>
            """;

    private final SparkSession spark;
    private final ObjectStore store;

    public GeneratedPairsJob(SparkSession spark, ObjectStore store) {
        this.spark = spark;
        this.store = store;
    }

    /** By unit; a unit without samples is not there. */
    public Map<UnitKey, GeneratedPairs> run(String runId) {
        String[] files = new RunSamples(store, runId)
                .files().stream().map(file -> store.literalUri(file.key())).toArray(String[]::new);
        if (files.length == 0) {
            return Map.of();
        }
        JavaSparkContext.fromSparkContext(spark.sparkContext())
                .setJobGroup("report", "look at the samples of " + runId, true);
        Dataset<Row> samples = spark.read().schema(COLUMNS).parquet(files);
        return tallies(samples).entrySet().stream()
                .collect(
                        Collectors.toMap(Map.Entry::getKey, entry -> pairs(samples, entry.getKey(), entry.getValue())));
    }

    private static Map<UnitKey, SampleTally> tallies(Dataset<Row> samples) {
        Map<UnitKey, SampleTally> tallies = new HashMap<>();
        Iterator<Row> rows = samples.select(
                        "category",
                        "defect",
                        "sample_index",
                        "status",
                        "reasons",
                        "mask_area",
                        "width",
                        "height",
                        "millis")
                .toLocalIterator();
        while (rows.hasNext()) {
            Row row = rows.next();
            tallies.computeIfAbsent(new UnitKey(row.getAs("category"), row.getAs("defect")), unit -> new SampleTally())
                    .add(row);
        }
        return tallies;
    }

    private static GeneratedPairs pairs(Dataset<Row> samples, UnitKey unit, SampleTally tally) {
        return new GeneratedPairs(
                tally.accepted(),
                tally.rejected(),
                tally.maskShares(),
                tally.reasons(),
                tally.seconds(),
                thumbnails(samples, unit, tally.firstAccepted(GeneratedPairs.ACCEPTED_EXAMPLES)),
                thumbnails(samples, unit, tally.firstRejected(GeneratedPairs.REJECTED_EXAMPLES)));
    }

    private static List<PairThumbnail> thumbnails(Dataset<Row> samples, UnitKey unit, List<Long> indices) {
        return samples
                .filter(col("category")
                        .equalTo(unit.category())
                        .and(col("defect").equalTo(unit.defect())))
                .filter(col("sample_index")
                        .isin(indices.toArray())
                        .and(col("image").isNotNull()))
                .selectExpr(
                        "sample_index",
                        "background",
                        "reasons",
                        "image.bytes image",
                        "anomaly.bytes anomaly",
                        "mask.bytes mask")
                .orderBy("sample_index")
                .collectAsList()
                .stream()
                .map(GeneratedPairsJob::thumbnail)
                .toList();
    }

    private static PairThumbnail thumbnail(Row row) {
        return PairThumbnail.of(
                caption(row), picture(row, "image"), picture(row, "anomaly"), picture(row, "mask"), DescribeRun.CELL);
    }

    private static String caption(Row row) {
        String background = row.getAs("background");
        List<String> reasons = row.getList(row.fieldIndex("reasons"));
        return row.getAs("sample_index")
                + (background == null ? "" : " on " + background.substring(background.lastIndexOf('/') + 1))
                + (reasons.isEmpty() ? "" : ": " + String.join(", ", reasons));
    }

    private static BufferedImage picture(Row row, String column) {
        try {
            return PngCodec.decode(row.getAs(column));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the %s of sample %s cannot be shown".formatted(column, row.getAs("sample_index")), e);
        }
    }
}
