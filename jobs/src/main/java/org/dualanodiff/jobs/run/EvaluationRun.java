package org.dualanodiff.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.substring_index;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.metrics.Progress;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.SparkInspection;
import org.dualanodiff.jobs.spark.SparkJob;
import org.dualanodiff.jobs.spark.TaskFailures;
import org.dualanodiff.jobs.spark.TaskSettings;
import org.dualanodiff.jobs.spark.TaskWatch;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.evaluate.Arm;
import org.dualanodiff.pipeline.evaluate.ArmSummary.Comparison;
import org.dualanodiff.pipeline.evaluate.EvaluateArm;
import org.dualanodiff.pipeline.evaluate.EvaluationFiles;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.evaluate.EvaluationReport;
import org.dualanodiff.pipeline.evaluate.EvaluationTable;
import org.dualanodiff.pipeline.evaluate.GenerationMetrics;
import org.dualanodiff.pipeline.evaluate.LeakCheck;
import org.dualanodiff.pipeline.evaluate.MeasureGenerated;
import org.dualanodiff.pipeline.evaluate.RunAdapters;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.run.RunNaming;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;

/** The evaluation: refuse leaks, train and test every arm's detectors, measure the generated pairs, give the verdict. */
public final class EvaluationRun {

    private final SparkSession spark;
    private final Machine machine = Machine.ofSpark();
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
    public Summary run() throws IOException {
        Stopwatch watch = Stopwatch.start();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        try (ObjectStore store = machine.open(config.store())) {
            RunInputs inputs = SparkInspection.inputs(context, machine, config, store, true);
            String runId =
                    new RunNaming(new RunRegistry(store)).identify(inputs).runId();
            EvaluationPlan plan = EvaluationPlan.of(config, inputs.dataset(), runId);
            requireRuns(plan, store);
            refuseLeaks(plan, inputs.settings().base(), store);
            console.printf("%d detectors to train and test%n", plan.arms().size());
            console.flush();
            TaskSettings settings = TaskSettings.of(config, store);
            List<GenerationMetrics> generation = measure(context, settings, plan.generation());
            List<EvaluateArm.Result> results = detect(context, settings, Progress.showOn(console), plan.arms());
            plan.arms().forEach(arm -> Progress.ended(arm.label()));
            EvaluationReport report = report(runId, results, generation);
            console.printf(
                    "%d of the detectors were known from an earlier evaluation%n",
                    results.stream().filter(EvaluateArm.Result::reused).count());
            String address = new EvaluationFiles(store).write(report, results);
            EvaluationTable.lines(report).forEach(console::println);
            showInReport(runId, store);
            return summary(report, results, generation, address, watch.seconds());
        }
    }

    /** One task a detector. A failure stays with its task. */
    public static List<EvaluateArm.Result> detect(
            JavaSparkContext spark, TaskSettings settings, Progress progress, List<EvaluateArm.Task> tasks) {
        String categories =
                SparkJob.named(tasks.stream().map(task -> task.data().category()));
        return new SparkJob(spark, "evaluate", "train and test %d detectors of %s".formatted(tasks.size(), categories))
                .onGpus(tasks, task -> detect(settings, progress, task));
    }

    /** One task a set of generated pairs. */
    public static List<GenerationMetrics> measure(
            JavaSparkContext spark, TaskSettings settings, List<MeasureGenerated.Task> tasks) {
        String pairs = SparkJob.named(tasks.stream().map(MeasureGenerated.Task::label));
        return new SparkJob(spark, "measure", "measure the generated pairs of " + pairs)
                .onGpus(tasks, task -> measure(settings, task));
    }

    /** A run that was never finished has no page to show it on. */
    private void showInReport(String runId, ObjectStore store) {
        new RunRegistry(store)
                .findManifest(runId)
                .ifPresent(manifest ->
                        WriteReport.orWarn(runId, console, () -> new WriteReport(spark, store).run(manifest)));
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

    /**
     * Refuses an evaluation whose test images something behind it has seen, and warns where nobody can tell.
     *
     * @param base of the configuration; those of the runs' adapters are looked at, too
     */
    private void refuseLeaks(EvaluationPlan plan, Provenance.BaseModel base, ObjectStore store) throws IOException {
        LeakCheck check = new LeakCheck(plan.categories(), machine.files());
        check.refuseCopies();
        if (plan.runs().isEmpty()) {
            return;
        }
        RunAdapters known = new RunAdapters(store, plan.categories());
        List<PublishedAdapter> adapters = plan.runs().stream()
                .flatMap(run -> known.of(run).stream())
                .distinct()
                .toList();
        warn(check.refuseLeaks(adapters));
        List<Provenance.BaseModel> bases = new ArrayList<>(List.of(base));
        adapters.forEach(adapter -> bases.add(adapter.provenance().base()));
        warn(check.refuseBases(bases, machine.models()));
        for (String run : plan.runs()) {
            warn(check.refuseBackgrounds(run, backgrounds(run, plan, store)));
        }
    }

    private void warn(List<String> unknown) {
        unknown.forEach(sentence -> console.printf("warning: %s%n", sentence));
    }

    /**
     * The good images that the accepted pairs of a run were made on, without the windows in them; none where the model drew whole
     * images. Pictures are not read.
     */
    private List<String> backgrounds(String run, EvaluationPlan plan, ObjectStore store) {
        String[] files = new RunSamples(store, run)
                .files().stream().map(file -> store.literalUri(file.key())).toArray(String[]::new);
        if (files.length == 0) {
            return List.of();
        }
        Object[] categories =
                plan.categories().stream().map(CategoryData::category).toArray();
        return spark.read()
                .schema("category STRING, background STRING, status STRING")
                .parquet(files)
                .filter(col("status")
                        .equalTo(GeneratedSample.ACCEPTED)
                        .and(col("background").isNotNull())
                        .and(col("category").isin(categories)))
                .select(substring_index(col("background"), "#", 1).as("image"))
                .distinct()
                .orderBy("image")
                .as(Encoders.STRING())
                .collectAsList();
    }

    private EvaluationReport report(
            String runId, List<EvaluateArm.Result> results, List<GenerationMetrics> generation) {
        return EvaluationReport.of(
                runId,
                ProductVersion.current(),
                config.evaluation().budget(),
                config.evaluation().arms().stream().map(Arm::parse).toList(),
                results,
                generation);
    }

    private Summary summary(
            EvaluationReport report,
            List<EvaluateArm.Result> results,
            List<GenerationMetrics> generation,
            String address,
            double seconds) {
        int failed = report.failed()
                + (int) generation.stream().filter(one -> one.error() != null).count();
        List<Comparison> losses = report.losses(config.evaluation().allowedLoss());
        losses.forEach(loss -> console.printf("loss of more than is allowed: %s%n", loss.sentence()));
        String status = failed > 0 ? "partial" : losses.isEmpty() ? "complete" : "worse";
        return new Summary(
                report.runId(),
                status,
                results.size() - report.failed(),
                (int) results.stream().filter(EvaluateArm.Result::reused).count(),
                failed,
                report.verdicts().stream().map(Comparison::sentence).toList(),
                seconds,
                address);
    }

    /**
     * The last line of an evaluation on standard output, for the program that started it.
     *
     * @param status {@code complete}, {@code partial} if a detector or a measurement failed, or {@code worse} if a category
     *     lost more than is allowed
     * @param detectors trained and tested
     * @param reused those of them that an earlier evaluation had trained
     * @param failed detectors and measurements that were not made
     * @param verdicts in words
     * @param report address of the figures
     */
    public record Summary(
            String runId,
            String status,
            int detectors,
            int reused,
            int failed,
            List<String> verdicts,
            double seconds,
            String report) {

        /** Whether a scheduler should go no further with this run. */
        public boolean partial() {
            return !status.equals("complete");
        }

        /** One line of JSON. */
        public String json() {
            return RunReport.line(this);
        }
    }

    private static EvaluateArm.Result detect(TaskSettings settings, Progress progress, EvaluateArm.Task task)
            throws Exception {
        try (TaskWatch watch = TaskWatch.start(task.label())) {
            try (ObjectStore store = settings.openStore()) {
                return new EvaluateArm(store, Machine.ofSpark().files())
                        .run(
                                task,
                                settings.detectorCompute(),
                                watch.counting(progress.training(task.label(), settings.progressEvery())));
            } catch (Exception e) {
                return EvaluateArm.Result.failed(task, watch.seconds(), TaskFailures.staying(task.label(), e));
            }
        }
    }

    private static GenerationMetrics measure(TaskSettings settings, MeasureGenerated.Task task) throws Exception {
        try (TaskWatch watch = TaskWatch.start(task.label());
                ObjectStore store = settings.openStore()) {
            return new MeasureGenerated(store, Machine.ofSpark().files()).run(task);
        } catch (Exception e) {
            return GenerationMetrics.failed(task, TaskFailures.staying("measuring " + task.label(), e));
        }
    }
}
