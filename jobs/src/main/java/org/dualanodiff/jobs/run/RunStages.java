package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.progress.Progress;
import org.dualanodiff.jobs.spark.GenerateJob;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.jobs.spark.MergeJob;
import org.dualanodiff.jobs.spark.QualityJob;
import org.dualanodiff.jobs.spark.SampleTables;
import org.dualanodiff.jobs.spark.SparkInspection;
import org.dualanodiff.jobs.spark.TaskLog;
import org.dualanodiff.jobs.spark.TaskSettings;
import org.dualanodiff.jobs.spark.TrainJob;
import org.dualanodiff.jobs.spark.UnitSamples;
import org.dualanodiff.jobs.spark.UnitWork;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.generate.GenerateResult;
import org.dualanodiff.pipeline.plan.Estimate;
import org.dualanodiff.pipeline.plan.EstimatePlan;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.plan.PlanInput;
import org.dualanodiff.pipeline.plan.Planner;
import org.dualanodiff.pipeline.plan.TrainUnit;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.quality.QualityRegistry;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PublishedAdapter;
import org.dualanodiff.pipeline.store.RunIdentity;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.train.TrainResult;
import org.dualanodiff.pipeline.train.TrainTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of one run: plan, train what is missing, generate until there are enough good pairs, merge, and write the
 * manifest last.
 */
final class RunStages {

    private static final Logger LOG = LoggerFactory.getLogger(RunStages.class);

    private final SparkSession spark;
    private final JavaSparkContext context;
    private final PrintWriter console;
    private final TaskLog log;
    private final RunInputs inputs;
    private final PipelineConfig config;
    private final TaskSettings tasks;
    private final RunIdentity identity;
    private final ObjectStore store;
    private final RunRegistry runs;
    private final AdapterRegistry adapters;
    private final Instant started;

    RunStages(
            SparkSession spark,
            PrintWriter console,
            TaskLog log,
            RunInputs inputs,
            RunIdentity identity,
            ObjectStore store,
            Instant started,
            UnitWork work) {
        this.spark = spark;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.console = console;
        this.log = log;
        this.inputs = inputs;
        this.config = inputs.settings().config();
        this.tasks = TaskSettings.of(config, work);
        this.identity = identity;
        this.store = store;
        this.runs = new RunRegistry(store);
        this.adapters = new AdapterRegistry(store);
        this.started = started;
    }

    /** What there is to do and what it will take, by what earlier runs took; nothing is written. */
    RunSummary estimate() {
        Plan plan = shown(plan());
        Estimate estimate = new EstimatePlan(
                        runs.manifests(),
                        inputs.settings().all(),
                        inputs.settings().target(),
                        adapters)
                .of(plan);
        EstimateText.lines(estimate).forEach(console::println);
        console.flush();
        RunReport report = new RunReport(identity, inputs, plan, started);
        report.estimated(estimate);
        return report.summary("planned", null);
    }

    /** Under the lease, from the plan on: what another driver has done meanwhile is not planned again. */
    RunSummary run(Stages stages, RunLease lease) {
        Plan plan = shown(plan());
        RunReport report = new RunReport(identity, inputs, plan, started);
        if (stages.generate()) {
            open(plan);
        }
        Progress progress = Progress.showOn(console, spark.sparkContext());
        if (stages.train()) {
            report.trained(train(plan, progress));
        }
        if (!stages.generate()) {
            return report.summary(null);
        }
        generate(plan, lease, progress, report);
        lease.requireHeld();
        String manifest = runs.writeManifest(manifest(report));
        writeReport();
        return report.summary(manifest);
    }

    private Plan plan() {
        Map<UnitKey, BitSet> existing = new HashMap<>();
        Map<UnitKey, BitSet> rejected = new HashMap<>();
        new SampleTables(spark, store).of(identity.runId()).forEach((unit, samples) -> {
            existing.put(unit, samples.indices());
            rejected.put(unit, samples.rejected());
        });
        return Planner.plan(new PlanInput(
                inputs.trainingSets(),
                inputs.settings().recipe(),
                inputs.settings().target(),
                adapters.published(new HashSet<>(inputs.adapters())),
                existing,
                rejected));
    }

    private Plan shown(Plan plan) {
        console.printf("run %s in %s%n", identity.runId(), store.root());
        plan.summary().forEach(console::println);
        inputs.backgrounds()
                .forEach((category, source) -> console.printf(
                        "%s: background compensation with %s object masks%n",
                        category, source.masks() == null ? "automatic" : source.masks()));
        console.flush();
        return plan;
    }

    private void open(Plan plan) {
        runs.open(identity);
        plan.units().forEach(unit -> runs.bindAdapter(identity.runId(), unit.adapter()));
        inputs.goodImages().forEach(images -> runs.bindGoodImages(identity.runId(), images));
    }

    private List<TrainResult> train(Plan plan, Progress progress) {
        Map<UnitKey, DefectSet> sets = inputs.setsByUnit();
        List<TrainTask> missing = plan.train().stream()
                .map(unit -> trainTask(sets.get(new UnitKey(unit.category(), unit.defect())), unit))
                .toList();
        return new TrainJob(context, tasks, progress, log).run(missing);
    }

    private TrainTask trainTask(DefectSet set, TrainUnit unit) {
        BackgroundSource background = inputs.background(unit.category());
        return new TrainTask(
                unit.adapterId(),
                set,
                background,
                inputs.settings().crops(),
                inputs.settings().base(),
                inputs.settings().prompt(unit.category(), unit.defect()),
                inputs.settings().training(background == null ? BackgroundMode.OFF : background.mode()),
                inputs.settings().trainingSettings(),
                inputs.quarantinedForTraining(set),
                inputs.settings().config().training().checkpointMinutes());
    }

    private void generate(Plan plan, RunLease lease, Progress progress, RunReport report) {
        Map<AdapterId, PublishedAdapter> trained = plan.units().stream()
                .map(Plan.UnitCounts::adapter)
                .flatMap(id -> adapters.find(id).stream())
                .collect(Collectors.toMap(PublishedAdapter::id, adapter -> adapter));
        report.published(trained);
        QualityProfiles profiles =
                new QualityProfiles(inputs, new QualityJob(context), new QualityRegistry(store, identity.runId()));
        GenerationRounds rounds = new GenerationRounds(
                inputs, identity.runId(), trained, new GenerateJob(context, tasks, progress, log), profiles);
        List<GenerateResult> results = rounds.run(plan, () -> {
            lease.requireHeld();
            return plan();
        });
        Map<UnitKey, UnitSamples> samples = new SampleTables(spark, store).of(identity.runId());
        new MergeJob(spark, store, config.quality().keepRejectedPixels(), lease::requireHeld)
                .run(identity.runId(), samples);
        report.generated(results, samples);
        report.problems().forEach(console::println);
    }

    private RunManifest manifest(RunReport report) {
        Optional<RunManifest> before = manifestBefore();
        OutputFiles files =
                OutputFiles.of(store, identity.runId(), before, new SparkInspection(context, config.store()));
        return report.manifest(files, before, spark.version());
    }

    private Optional<RunManifest> manifestBefore() {
        try {
            return runs.findManifest(identity.runId());
        } catch (StoreException e) {
            console.printf("warning: %s; it is written anew%n", e.getMessage());
            console.flush();
            return Optional.empty();
        }
    }

    /** The run is complete without its page; what keeps that from being made is a warning. */
    private void writeReport() {
        String runId = identity.runId();
        WriteReport report = new WriteReport(spark, store);
        try {
            report.keepRealPairs(runId, inputs.dataset().sets(), new DatasetFiles(HadoopProperties.configuration()));
            console.printf("report %s%n", report.run(runId));
        } catch (IOException | RuntimeException e) {
            LOG.warn("no report was written", e);
            console.printf(
                    "warning: no report was written: %s; try dualanodiff report --run %s%n", e.getMessage(), runId);
        }
        console.flush();
    }
}
