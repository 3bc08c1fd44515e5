package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.ExportJob;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.pipeline.export.ExportPlan;
import org.dualanodiff.pipeline.export.ExportResult;
import org.dualanodiff.pipeline.export.FinishExport;
import org.dualanodiff.pipeline.store.ObjectStore;

/** An export from its plan to its last file. */
public final class ExportRun {

    private final SparkSession spark;
    private final ObjectStore store;
    private final String out;

    /** @param out where the export goes: a path, or an address as the store's */
    public ExportRun(SparkSession spark, ObjectStore store, String out) {
        this.spark = spark;
        this.store = store;
        this.out = out;
    }

    /**
     * @throws org.dualanodiff.pipeline.store.StoreException if the folder holds another export, or a store fails
     * @throws IOException if a local file cannot be written
     */
    public ExportSummary run(ExportPlan plan) throws IOException {
        try (ObjectStore target = ObjectStore.open(out, HadoopProperties.current())) {
            FinishExport finish = new FinishExport(target);
            finish.begin(plan);
            List<ExportResult> results = new ExportJob(
                            JavaSparkContext.fromSparkContext(spark.sparkContext()), store.root(), target.root())
                    .run(plan.tasks());
            boolean complete = results.stream().allMatch(ExportResult::succeeded);
            if (complete) {
                finish.end(plan);
            }
            return ExportSummary.of(plan, target.root(), results);
        }
    }
}
