package org.dualanodiff.jobs.run;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
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
import org.dualanodiff.jobs.spark.SampleTables;
import org.dualanodiff.jobs.spark.SparkInspection;
import org.dualanodiff.jobs.spark.TaskSettings;
import org.dualanodiff.jobs.spark.TrainJob;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.Quarantined;
import org.dualanodiff.pipeline.generate.GenerateTask;
import org.dualanodiff.pipeline.plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.plan.PlanInput;
import org.dualanodiff.pipeline.plan.Planner;
import org.dualanodiff.pipeline.plan.TrainUnit;
import org.dualanodiff.pipeline.plan.UnitKey;
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

/**
 * The main job: read, plan, train what is missing, generate what is missing, merge, and write the manifest last.
 */
public final class AugmentRun {

    private final SparkSession spark;
    private final JavaSparkContext context;
    private final PipelineConfig config;
    private final PrintWriter console;
    private final TaskSettings tasks;

    /** @param console for people: plan, warnings, progress */
    public AugmentRun(SparkSession spark, PipelineConfig config, PrintWriter console) {
        this.spark = spark;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.config = config;
        this.console = console;
        this.tasks = TaskSettings.of(config);
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
            if (stages == Stages.NONE) {
                Plan plan = plan(inputs, identity, store);
                return new RunReport(identity, inputs, plan, started).summary("planned", null);
            }
            try (RunLease lease = lease(store, identity.runId())) {
                return work(stages, inputs, identity, store, lease, started);
            }
        }
    }

    /** Under the lease, from the plan on: what another driver has done meanwhile is not planned again. */
    private RunSummary work(
            Stages stages, RunInputs inputs, RunIdentity identity, ObjectStore store, RunLease lease, Instant started) {
        try {
            Plan plan = plan(inputs, identity, store);
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
            generate(inputs, identity, plan, store, progress, report);
            lease.requireHeld();
            new MergeJob(spark, store).run(identity.runId());
            lease.requireHeld();
            return report.summary(runs.writeManifest(manifest(report, identity.runId(), store)));
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

    private void warn(List<Quarantined> quarantine) {
        if (!quarantine.isEmpty()) {
            console.printf("warning: %d input files are set aside:%n", quarantine.size());
            quarantine.forEach(file -> console.printf("  %s: %s (%s)%n", file.file(), file.reason(), file.detail()));
            console.flush();
        }
    }

    private Plan plan(RunInputs inputs, RunIdentity identity, ObjectStore store) {
        Plan plan = Planner.plan(new PlanInput(
                inputs.trainingSets(),
                inputs.settings().recipe(),
                inputs.settings().target(),
                new AdapterRegistry(store).published(new HashSet<>(inputs.adapters())),
                new SampleTables(spark, store).existing(identity.runId())));
        console.printf("run %s in %s%n", identity.runId(), store.root());
        plan.summary().forEach(console::println);
        inputs.backgrounds()
                .forEach((category, source) -> console.printf(
                        "%s: background compensation with %s object masks%n",
                        category, source.masks() == null ? "automatic" : source.masks()));
        console.flush();
        return plan;
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
        return new TrainJob(context, tasks, progress).run(missing);
    }

    private static TrainTask trainTask(RunInputs inputs, DefectSet set, TrainUnit unit) {
        BackgroundSource background = inputs.background(unit.category());
        return new TrainTask(
                unit.adapterId(),
                set,
                background,
                inputs.settings().base(),
                inputs.settings().prompt(),
                inputs.settings().training(background == null ? BackgroundMode.OFF : background.mode()),
                inputs.settings().trainingSettings(),
                inputs.quarantinedForTraining(set),
                inputs.settings().config().training().checkpointMinutes());
    }

    private void generate(
            RunInputs inputs, RunIdentity identity, Plan plan, ObjectStore store, Progress progress, RunReport report) {
        AdapterRegistry registry = new AdapterRegistry(store);
        Map<AdapterId, PublishedAdapter> adapters = plan.units().stream()
                .map(Plan.UnitCounts::adapter)
                .flatMap(id -> registry.find(id).stream())
                .collect(Collectors.toMap(PublishedAdapter::id, adapter -> adapter));
        report.published(adapters);
        List<GenerateTask> missing = plan.generate().stream()
                .filter(unit -> adapters.containsKey(unit.adapterId()))
                .map(unit -> generateTask(inputs, identity, unit, adapters.get(unit.adapterId())))
                .toList();
        report.generated(new GenerateJob(context, tasks, progress).run(missing));
    }

    private static GenerateTask generateTask(
            RunInputs inputs, RunIdentity identity, GenerateUnit unit, PublishedAdapter adapter) {
        return new GenerateTask(
                identity.runId(),
                unit,
                adapter,
                inputs.background(unit.category()),
                inputs.settings().prompt(),
                inputs.settings().config().prompt().negative(),
                inputs.settings().sampling(),
                inputs.settings().mask(),
                inputs.settings().config().seed());
    }
}
