package org.dualanodiff.jobs.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.quality.LearnQuality;
import org.dualanodiff.pipeline.quality.LearnTask;
import org.dualanodiff.pipeline.quality.QualityProfile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spreads {@link LearnQuality} over the cluster: one task a defect. A failure stays with its unit. */
public final class QualityJob {

    private final JavaSparkContext spark;

    public QualityJob(JavaSparkContext spark) {
        this.spark = spark;
    }

    /**
     * @param profile null if it failed
     * @param error what went wrong, or null
     */
    public record Learned(UnitKey unit, QualityProfile profile, String error) implements Serializable {}

    public List<Learned> run(List<LearnTask> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        JobText.set(
                spark,
                "quality",
                "look at the real pairs of " + JobText.named(tasks.stream().map(LearnTask::unit)));
        return spark.parallelize(tasks, tasks.size()).map(new Learning()).collect();
    }

    private record Learning() implements Function<LearnTask, Learned> {

        private static final Logger LOG = LoggerFactory.getLogger(QualityJob.class);

        @Override
        public Learned call(LearnTask task) throws Exception {
            try {
                DatasetFiles files = new DatasetFiles(HadoopProperties.configuration());
                return new Learned(task.unit(), new LearnQuality(files).run(task), null);
            } catch (Exception e) {
                if (TaskFailures.retriedBySpark(e)) {
                    throw e;
                }
                LOG.error("looking at the real pairs of {} failed", task.unit(), e);
                return new Learned(task.unit(), null, FailureText.of(e));
            }
        }
    }
}
