package org.dualanodiff.jobs.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.metrics.RunMetrics;
import org.dualanodiff.jobs.progress.Progress;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.jobs.spark.SickExecutors;
import org.dualanodiff.jobs.spark.TaskRecord;
import org.dualanodiff.jobs.spark.TaskSettings;
import org.dualanodiff.jobs.spark.UnitJobs;
import org.dualanodiff.jobs.spark.UnitWork;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.plan.Estimate;
import org.dualanodiff.pipeline.plan.EstimatePlan;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.plan.Planner.PlanInput;
import org.dualanodiff.pipeline.plan.Planner;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.run.RunSettings;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunIdentity;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of one run: plan, carry every unit from training to its commit, and write the manifest last, whatever became of any of
 * them.
 */
final class RunWork {

    private static final Logger LOG = LoggerFactory.getLogger(RunWork.class);

    /** Units in flight for each slot: some train or generate while others learn, commit or wait for the store. */
    private static final int UNITS_A_SLOT = 2;

    private static final int MOST_UNITS = 128;

    private final SparkSession spark;
    private final JavaSparkContext context;
    private final PrintWriter console;
    private final RunInputs inputs;
    private final PipelineConfig config;
    private final RunIdentity identity;
    private final ObjectStore store;
    private final RunRegistry runs;
    private final AdapterRegistry adapters;
    private final Instant started;
    private final UnitWork unitWork;
    private List<TaskRecord> tasks = List.of();

    RunWork(
            SparkSession spark,
            PrintWriter console,
            RunInputs inputs,
            RunIdentity identity,
            ObjectStore store,
            Instant started,
            UnitWork unitWork) {
        this.spark = spark;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.console = console;
        this.inputs = inputs;
        this.config = inputs.settings().config();
        this.unitWork = unitWork;
        this.identity = identity;
        this.store = store;
        this.runs = new RunRegistry(store);
        this.adapters = new AdapterRegistry(store);
        this.started = started;
    }

    /** What there is to do and what it will take, by what earlier runs took; nothing is written. */
    RunSummary estimate() {
        Plan plan = shown(plan(StoredUnits.of(store, identity.runId())));
        Estimate estimate = new EstimatePlan(
                        runs.manifests(),
                        inputs.settings().all(),
                        inputs.settings().target(),
                        adapters)
                .of(plan);
        EstimateText.lines(estimate).forEach(console::println);
        MemoryText.lines(inputs).forEach(console::println);
        console.flush();
        RunReport report = new RunReport(identity, inputs, plan, started);
        report.estimated(estimate);
        return report.summary("planned", null);
    }

    /** Under the lease, from the plan on: what another driver has done meanwhile is not planned again. */
    RunSummary run(Stages stages, boolean retryFailed, RunLease lease) {
        StoredUnits stored = StoredUnits.of(store, identity.runId());
        Plan plan = shown(plan(stored));
        RunReport report = new RunReport(identity, inputs, plan, started);
        if (stages.generate()) {
            open(plan);
        }
        Optional<RunManifest> before = manifestBefore();
        UnitDeaths deaths = new UnitDeaths(store, identity.runId(), workedWith());
        if (retryFailed) {
            stored.died().forEach(deaths::forget);
        }
        try (SickExecutors executors = SickExecutors.watch(spark.sparkContext());
                UnitStates states = UnitStates.watch(
                        store, identity.runId(), started, plan.units().size(), plan.samplesToGenerate())) {
            RunMetrics.ofThisDriver().ifPresent(metrics -> metrics.show(states::status));
            RunScope scope = scope(stages, lease, deaths, executors, states);
            new UnitsInFlight(pool -> context.setLocalProperty("spark.scheduler.pool", pool), this::atATime)
                    .run(units(scope, plan, stored, before), report::ended);
        } finally {
            tasks = report.tasks();
        }
        if (lease.lost()) {
            throw lease.takenOver();
        }
        report.problems().forEach(console::println);
        if (!stages.generate()) {
            return report.summary(null);
        }
        report.untouched(stored.commits(), before);
        lease.requireHeld();
        String manifest = runs.writeManifest(report.manifest(spark.version()));
        writeReport();
        return report.summary(manifest);
    }

    /** Where and when its tasks worked. */
    List<TaskRecord> tasks() {
        return tasks;
    }

    private RunScope scope(
            Stages stages, RunLease lease, UnitDeaths deaths, SickExecutors executors, UnitStates states) {
        UnitJobs jobs =
                new UnitJobs(context, TaskSettings.of(config, unitWork), identity.runId(), Progress.showOn(console));
        return new RunScope(
                context,
                stages,
                identity.runId(),
                inputs,
                inputs.setsByUnit(),
                store,
                lease,
                deaths,
                executors,
                new Semaphore(1, true),
                states,
                jobs);
    }

    private int atATime() {
        return Math.min(MOST_UNITS, UNITS_A_SLOT * spark.sparkContext().defaultParallelism());
    }

    /** Those that train longest begin first, so that no GPU is left with a long one when the others are done. */
    private List<Supplier<UnitOutcome>> units(
            RunScope scope, Plan plan, StoredUnits stored, Optional<RunManifest> before) {
        Map<UnitKey, RunManifest.Unit> lines = new HashMap<>();
        before.ifPresent(manifest ->
                manifest.units().forEach(unit -> lines.put(unit.unit(), unit)));
        List<Plan.Unit> inOrder = new ArrayList<>(plan.units());
        inOrder.sort(Comparator.comparingLong((Plan.Unit unit) -> training(scope, unit))
                .thenComparingInt(Plan.Unit::toGenerate)
                .reversed());
        List<Supplier<UnitOutcome>> units = new ArrayList<>();
        for (Plan.Unit unit : inOrder) {
            UnitKey key = unit.adapter().unit();
            units.add(new UnitRun(scope, unit, stored.files(unit.adapter()), Optional.ofNullable(lines.get(key))));
        }
        return units;
    }

    /** How long trainings of a run take in relation to one another: images drawn, and encoded before. */
    private long training(RunScope scope, Plan.Unit unit) {
        if (!unit.train() || !scope.stages().train()) {
            return 0;
        }
        DefectSet set = scope.sets().get(unit.adapter().unit());
        long drawn = (long) config.training().steps() * config.training().batchSize();
        return drawn + set.training().size();
    }

    /** All that could make the difference for a unit that killed its executors; its own images are in its adapter's name. */
    private Fingerprint workedWith() {
        return Fingerprint.of("worked-with")
                .map("settings", inputs.settings().all())
                .text("training", config.training().toString())
                .text("compute", config.compute().toString())
                .text("generation", config.generation().toString())
                .text("master", config.spark().master())
                .map("spark", config.spark().conf())
                .text("data", inputs.adapters().toString())
                .build();
    }

    private Plan plan(StoredUnits stored) {
        Map<UnitKey, BitSet> existing = new HashMap<>();
        Map<UnitKey, BitSet> rejected = new HashMap<>();
        stored.whole().forEach((unit, commit) -> {
            existing.put(unit, commit.indices());
            rejected.put(unit, commit.rejectedIndices());
        });
        Set<AdapterId> wanted = new HashSet<>(inputs.adapters());
        return Planner.plan(new PlanInput(
                inputs.trainingSets(),
                inputs.settings().recipe(),
                inputs.settings().target(),
                adapters.published(wanted),
                existing,
                rejected));
    }

    private Plan shown(Plan plan) {
        console.printf("run %s in %s%n", identity.runId(), store.root());
        plan.summary().forEach(console::println);
        inputs.backgrounds()
                .forEach((category, source) -> console.printf(
                        "%s: background compensation with %s object masks%s%n",
                        category, source.masks() == null ? "automatic" : source.masks(), released(inputs.settings())));
        console.flush();
        return plan;
    }

    /** What background compensation brings with it where nobody set it. */
    private static String released(RunSettings settings) {
        Map<String, String> own = settings.ownWithCompensation();
        return own.isEmpty()
                ? ""
                : ", and with it, as in the released code, " + own.toString().replaceAll("[{}]", "");
    }

    private void open(Plan plan) {
        runs.open(identity);
        runs.bindAdapters(
                identity.runId(),
                plan.units().stream().map(Plan.Unit::adapter).toList());
        inputs.goodImages().forEach(images -> runs.bindGoodImages(identity.runId(), images));
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
