package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
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
import org.dualanodiff.jobs.metrics.RunMetrics;
import org.dualanodiff.jobs.progress.Progress;
import org.dualanodiff.jobs.spark.GenerateJob;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.jobs.spark.MergeJob;
import org.dualanodiff.jobs.spark.QualityJob;
import org.dualanodiff.jobs.spark.RunName;
import org.dualanodiff.jobs.spark.SampleTables;
import org.dualanodiff.jobs.spark.SparkInspection;
import org.dualanodiff.jobs.spark.TaskLog;
import org.dualanodiff.jobs.spark.TaskSettings;
import org.dualanodiff.jobs.spark.TrainJob;
import org.dualanodiff.jobs.spark.UnitSamples;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.Quarantined;
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
import org.dualanodiff.pipeline.run.RunNaming;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.LeaseTerms;
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
 * The main job: read, plan, train what is missing, generate until there are enough good pairs, merge, and write the
 * manifest last.
 */
public final class AugmentRun {

    private static final Logger LOG = LoggerFactory.getLogger(AugmentRun.class);

    private final SparkSession spark;
    private final JavaSparkContext context;
    private final PipelineConfig config;
    private final PrintWriter console;
    private final TaskSettings tasks;
    private final TaskLog log;

    /** @param console for people: plan, warnings, progress */
    public AugmentRun(SparkSession spark, PipelineConfig config, PrintWriter console) {
        this.spark = spark;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.config = config;
        this.console = console;
        this.tasks = TaskSettings.of(config);
        this.log = TaskLog.of(spark.sparkContext());
    }

    /**
     * @throws org.dualanodiff.pipeline.run.UnusableDataException if nothing of a category can be learned from
     * @throws org.dualanodiff.pipeline.store.StoreException if the run id belongs to other settings, or the store fails
     */
    public RunSummary run(Stages stages) {
        Instant started = Instant.now();
        Places.requireReachable(config, HadoopProperties.current());
        RunInputs inputs = RunInputs.read(config, LocalCache.ofUser(), HadoopProperties.configuration());
        warn(inputs.dataset().quarantine());
        inputs.requireUsable();
        try (ObjectStore store = ObjectStore.open(config.store(), HadoopProperties.current())) {
            RunRegistry runs = new RunRegistry(store);
            RunIdentity identity = new RunNaming(runs).identify(inputs);
            try (RunName name = RunName.show(context, identity.runId())) {
                return run(stages, inputs, identity, store, started);
            }
        }
    }

    private RunSummary run(Stages stages, RunInputs inputs, RunIdentity identity, ObjectStore store, Instant started) {
        if (stages == Stages.NONE) {
            return planned(inputs, identity, store, started);
        }
        try (RunLease lease = lease(store, identity.runId())) {
            RunSummary summary = recorded(stages, inputs, identity, store, lease, started);
            RunMetrics.ofThisDriver()
                    .ifPresent(metrics -> metrics.settle(summary.accepted(), summary.rejected(), summary.failed()));
            LOG.info("{}", summary.sentence());
            return summary;
        }
    }

    /** Leaves in the store how it ended, unless another driver has taken over. */
    private RunSummary recorded(
            Stages stages, RunInputs inputs, RunIdentity identity, ObjectStore store, RunLease lease, Instant started) {
        RunOutcome outcome = RunOutcome.begin(store, identity.runId(), started);
        try {
            RunSummary summary = work(stages, inputs, identity, store, lease, started);
            outcome.ended(summary, log.records());
            return summary;
        } catch (Exception e) {
            if (!lease.lost()) {
                outcome.failed(e, log.records());
            }
            throw e;
        }
    }

    private RunSummary planned(RunInputs inputs, RunIdentity identity, ObjectStore store, Instant started) {
        Plan plan = shown(plan(inputs, identity, store), inputs, identity, store);
        Estimate estimate = new EstimatePlan(
                        new RunRegistry(store).manifests(),
                        inputs.settings().all(),
                        inputs.settings().target(),
                        new AdapterRegistry(store))
                .of(plan);
        EstimateText.lines(estimate).forEach(this::say);
        RunReport report = new RunReport(identity, inputs, plan, started);
        report.estimated(estimate);
        return report.summary("planned", null);
    }

    /** Under the lease, from the plan on: what another driver has done meanwhile is not planned again. */
    private RunSummary work(
            Stages stages, RunInputs inputs, RunIdentity identity, ObjectStore store, RunLease lease, Instant started) {
        try {
            Plan plan = shown(plan(inputs, identity, store), inputs, identity, store);
            RunReport report = new RunReport(identity, inputs, plan, started);
            RunRegistry runs = new RunRegistry(store);
            if (stages.generate()) {
                open(runs, identity, plan);
            }
            Progress progress = Progress.showOn(console, spark.sparkContext());
            if (stages.train()) {
                report.trained(train(inputs, plan, progress));
            }
            if (!stages.generate()) {
                return report.summary(null);
            }
            generate(inputs, identity, plan, store, lease, progress, report);
            lease.requireHeld();
            String manifest = runs.writeManifest(manifest(report, identity.runId(), store));
            writeReport(inputs, identity.runId(), store);
            return report.summary(manifest);
        } catch (Exception e) {
            // Losing the lease cancels the jobs, whose failure says nothing of the reason.
            if (lease.lost()) {
                throw lease.takenOver();
            }
            throw e;
        }
    }

    private RunLease lease(ObjectStore store, String runId) {
        PipelineConfig.Lease lease = config.run().lease();
        LeaseTerms terms =
                new LeaseTerms(Duration.ofSeconds(lease.expireSeconds()), Duration.ofSeconds(lease.waitSeconds()));
        return RunLease.acquire(store, runId, terms, this::say, context::cancelAllJobs);
    }

    private void say(String line) {
        console.println(line);
        console.flush();
    }

    private RunManifest manifest(RunReport report, String runId, ObjectStore store) {
        Optional<RunManifest> before = manifestBefore(runId, store);
        OutputFiles files = OutputFiles.of(store, runId, before, new SparkInspection(context, config.store()));
        return report.manifest(files, before, spark.version());
    }

    private Optional<RunManifest> manifestBefore(String runId, ObjectStore store) {
        try {
            return new RunRegistry(store).findManifest(runId);
        } catch (StoreException e) {
            say("warning: " + e.getMessage() + "; it is written anew");
            return Optional.empty();
        }
    }

    /** The run is complete without its page; what keeps that from being made is a warning. */
    private void writeReport(RunInputs inputs, String runId, ObjectStore store) {
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

    private void warn(List<Quarantined> quarantine) {
        if (!quarantine.isEmpty()) {
            console.printf("warning: %d input files are set aside:%n", quarantine.size());
            quarantine.forEach(file -> console.printf("  %s: %s (%s)%n", file.file(), file.reason(), file.detail()));
            console.flush();
        }
    }

    private Plan shown(Plan plan, RunInputs inputs, RunIdentity identity, ObjectStore store) {
        console.printf("run %s in %s%n", identity.runId(), store.root());
        plan.summary().forEach(console::println);
        inputs.backgrounds()
                .forEach((category, source) -> console.printf(
                        "%s: background compensation with %s object masks%n",
                        category, source.masks() == null ? "automatic" : source.masks()));
        console.flush();
        return plan;
    }

    private Plan plan(RunInputs inputs, RunIdentity identity, ObjectStore store) {
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
                new AdapterRegistry(store).published(new HashSet<>(inputs.adapters())),
                existing,
                rejected));
    }

    private static void open(RunRegistry runs, RunIdentity identity, Plan plan) {
        runs.open(identity);
        plan.units().forEach(unit -> runs.bindAdapter(identity.runId(), unit.adapter()));
    }

    private List<TrainResult> train(RunInputs inputs, Plan plan, Progress progress) {
        Map<UnitKey, DefectSet> sets = inputs.setsByUnit();
        List<TrainTask> missing = plan.train().stream()
                .map(unit -> trainTask(inputs, sets.get(new UnitKey(unit.category(), unit.defect())), unit))
                .toList();
        return new TrainJob(context, tasks, progress, log).run(missing);
    }

    private static TrainTask trainTask(RunInputs inputs, DefectSet set, TrainUnit unit) {
        BackgroundSource background = inputs.background(unit.category());
        return new TrainTask(
                unit.adapterId(),
                set,
                background,
                inputs.settings().base(),
                inputs.settings().prompt(unit.category(), unit.defect()),
                inputs.settings().training(background == null ? BackgroundMode.OFF : background.mode()),
                inputs.settings().trainingSettings(),
                inputs.quarantinedForTraining(set),
                inputs.settings().config().training().checkpointMinutes());
    }

    private void generate(
            RunInputs inputs,
            RunIdentity identity,
            Plan plan,
            ObjectStore store,
            RunLease lease,
            Progress progress,
            RunReport report) {
        AdapterRegistry registry = new AdapterRegistry(store);
        Map<AdapterId, PublishedAdapter> adapters = plan.units().stream()
                .map(Plan.UnitCounts::adapter)
                .flatMap(id -> registry.find(id).stream())
                .collect(Collectors.toMap(PublishedAdapter::id, adapter -> adapter));
        report.published(adapters);
        QualityProfiles profiles =
                new QualityProfiles(inputs, new QualityJob(context), new QualityRegistry(store, identity.runId()));
        GenerationRounds rounds = new GenerationRounds(
                inputs, identity.runId(), adapters, new GenerateJob(context, tasks, progress, log), profiles);
        List<GenerateResult> results = rounds.run(plan, () -> plan(inputs, identity, store));
        Map<UnitKey, UnitSamples> samples = new SampleTables(spark, store).of(identity.runId());
        lease.requireHeld();
        new MergeJob(spark, store, config.quality().keepRejectedPixels()).run(identity.runId(), samples);
        report.generated(results, samples);
        report.problems().forEach(console::println);
    }
}
