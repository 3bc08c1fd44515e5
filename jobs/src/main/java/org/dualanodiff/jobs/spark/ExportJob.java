package org.dualanodiff.jobs.spark;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.export.ExportPairs;
import org.dualanodiff.pipeline.export.ExportResult;
import org.dualanodiff.pipeline.export.ExportTask;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spreads {@link ExportPairs} over the cluster: one task a part. A failure stays with its part. */
public final class ExportJob {

    private final JavaSparkContext spark;
    private final String store;
    private final String target;

    /** @param store,target their addresses */
    public ExportJob(JavaSparkContext spark, String store, String target) {
        this.spark = spark;
        this.store = store;
        this.target = target;
    }

    public List<ExportResult> run(List<ExportTask> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        spark.setJobGroup("export", "export %d parts to %s".formatted(tasks.size(), target), true);
        return spark.parallelize(tasks, tasks.size())
                .map(new Export(store, target))
                .collect();
    }

    private record Export(String store, String target) implements Function<ExportTask, ExportResult> {

        private static final Logger LOG = LoggerFactory.getLogger(ExportJob.class);

        @Override
        public ExportResult call(ExportTask task) throws Exception {
            try (ObjectStore from = ObjectStore.open(store, HadoopProperties.current());
                    ObjectStore to = ObjectStore.open(target, HadoopProperties.current())) {
                return new ExportPairs(from, to, new DatasetFiles(HadoopProperties.configuration())).run(task);
            } catch (Exception e) {
                if (TaskFailures.retriedBySpark(e)) {
                    throw e;
                }
                LOG.error("exporting {} failed", task.part(), e);
                return ExportResult.failed(task, FailureText.of(e));
            }
        }
    }
}
