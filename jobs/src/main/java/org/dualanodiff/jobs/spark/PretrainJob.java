package org.dualanodiff.jobs.spark;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.metrics.Progress;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.pretrain.Pretrain;

/** Runs {@link Pretrain} as the one task of a Spark job. */
public final class PretrainJob {

    private static final int REPORT_EVERY = 50;

    private PretrainJob() {}

    /** @param config its Spark settings count */
    public static Pretrain.Result run(Pretrain.Settings settings, PipelineConfig config, PrintWriter console) {
        try (SparkSession spark = SparkSessions.open(config, "pretrain")) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            Progress progress = Progress.showOn(console);
            return new SparkJob(
                            context,
                            "pretrain",
                            "pretrain a base model, %d steps"
                                    .formatted(settings.training().steps()))
                    .onGpus(List.of(settings), new Task(progress))
                    .get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception failed) {
            throw mendable(failed);
        }
    }

    /** What the task has told, without what Spark says of it: else the user's mistakes would look like the program's. */
    private static RuntimeException mendable(Exception failed) {
        return TaskFailures.causes(failed)
                .filter(cause -> cause instanceof UserError || cause instanceof CheckpointException)
                .map(RuntimeException.class::cast)
                .findFirst()
                .orElseGet(() -> failed instanceof RuntimeException known ? known : new IllegalStateException(failed));
    }

    private record Task(Progress progress) implements Function<Pretrain.Settings, Pretrain.Result> {

        @Override
        public Pretrain.Result call(Pretrain.Settings settings) throws Exception {
            Compute asked = settings.compute();
            Compute given = new Compute(GpuTask.device(asked.device()), asked.precision(), asked.threads());
            try (TaskWatch watch = TaskWatch.start("pretrain")) {
                return new Pretrain(settings.on(given), Machine.ofSpark().hadoop())
                        .run(reports(watch.counting(progress.training("pretrain", REPORT_EVERY))));
            }
        }

        private static Pretrain.Progress reports(TrainingListener listener) {
            return new Pretrain.Progress() {
                @Override
                public void step(int step, int steps, double loss, double rate, double secondsLeft) {
                    listener.afterStep(step, steps, loss);
                }

                @Override
                public void written(int step, Path sheet) {}
            };
        }
    }
}
