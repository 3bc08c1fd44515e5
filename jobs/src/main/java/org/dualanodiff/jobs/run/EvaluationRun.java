package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.progress.Progress;
import org.dualanodiff.jobs.spark.EvaluateJob;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.jobs.spark.InspectImagesJob;
import org.dualanodiff.jobs.spark.TaskSettings;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.evaluate.Arm;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.ArmResult;
import org.dualanodiff.pipeline.evaluate.EvaluationFiles;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan;
import org.dualanodiff.pipeline.evaluate.EvaluationReport;
import org.dualanodiff.pipeline.evaluate.EvaluationTable;
import org.dualanodiff.pipeline.evaluate.GenerationMetrics;
import org.dualanodiff.pipeline.evaluate.ArmSummary.ArmComparison;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.run.RunNaming;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;

/** The evaluation: refuse leaks, train and test every arm's detectors, measure the generated pairs, give the verdict. */
public final class EvaluationRun {

    private final SparkSession spark;
    private final PipelineConfig config;
    private final PrintWriter console;

    /** @param console for people: progress, table, verdicts */
    public EvaluationRun(SparkSession spark, PipelineConfig config, PrintWriter console) {
        this.spark = spark;
        this.config = config;
        this.console = console;
    }

    /**
     * @throws org.dualanodiff.pipeline.evaluate.LeakCheck.LeakException if a test image was seen in a training
     * @throws StoreException if a run that an arm names does not exist, or the store fails
     */
    public EvaluationSummary run() throws IOException {
        Stopwatch watch = Stopwatch.start();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        try (ObjectStore store = ObjectStore.open(config.store(), HadoopProperties.current())) {
            RunInputs inputs = RunInputs.read(
                    config,
                    LocalCache.ofUser(),
                    HadoopProperties.configuration(),
                    files -> InspectImagesJob.ofUnknown(
                            context, store, config.dataset().root(), true, files));
            String runId =
                    new RunNaming(new RunRegistry(store)).identify(inputs).runId();
            EvaluationPlan plan = EvaluationPlan.of(config, inputs.dataset(), runId);
            requireRuns(plan, store);
            new RefuseLeaks(spark, store, console).run(plan, inputs.settings().base());
            console.printf("%d detectors to train and test%n", plan.arms().size());
            console.flush();
            Progress progress = Progress.showOn(console);
            EvaluateJob job = new EvaluateJob(
                    context, TaskSettings.of(config), progress);
            List<GenerationMetrics> generation = job.measure(plan.generation());
            List<ArmResult> results = job.run(plan.arms());
            EvaluationReport report = report(runId, results, generation);
            console.printf(
                    "%d of the detectors were known from an earlier evaluation%n",
                    results.stream().filter(ArmResult::reused).count());
            String address = new EvaluationFiles(store).write(report, results);
            EvaluationTable.lines(report).forEach(console::println);
            showInReport(runId, store);
            return summary(report, results, generation, address, watch.seconds());
        }
    }

    /** A run that was never finished has no page to show it on. */
    private void showInReport(String runId, ObjectStore store) {
        if (new RunRegistry(store).findManifest(runId).isPresent()) {
            console.printf("report %s%n", new WriteReport(spark, store).run(runId));
        }
    }

    private static void requireRuns(EvaluationPlan plan, ObjectStore store) {
        RunRegistry runs = new RunRegistry(store);
        for (String run : plan.runs()) {
            if (runs.find(run).isEmpty()) {
                throw new StoreException(
                        "there is no run %s in %s, whose generated pairs were to be evaluated; run augment with these settings first, or name another run in evaluate.arms as generated@RUN"
                                .formatted(run, store.root()));
            }
        }
    }

    private EvaluationReport report(String runId, List<ArmResult> results, List<GenerationMetrics> generation) {
        return EvaluationReport.of(
                runId,
                ProductVersion.current(),
                EvaluationPlan.settings(config.evaluation()),
                config.evaluation().arms().stream().map(Arm::parse).toList(),
                results,
                generation);
    }

    private EvaluationSummary summary(
            EvaluationReport report,
            List<ArmResult> results,
            List<GenerationMetrics> generation,
            String address,
            double seconds) {
        int failed = report.failed()
                + (int) generation.stream().filter(one -> one.error() != null).count();
        List<ArmComparison> losses = report.losses(config.evaluation().allowedLoss());
        losses.forEach(loss -> console.printf("loss of more than is allowed: %s%n", loss.sentence()));
        String status = failed > 0 ? "partial" : losses.isEmpty() ? "complete" : "worse";
        return new EvaluationSummary(
                report.runId(),
                status,
                results.size() - report.failed(),
                (int) results.stream().filter(ArmResult::reused).count(),
                failed,
                report.verdicts().stream().map(ArmComparison::sentence).toList(),
                seconds,
                address);
    }
}
