package org.dualanodiff.jobs.run;

import java.io.PrintWriter;
import java.time.Duration;
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
import org.dualanodiff.jobs.metrics.Progress;
import org.dualanodiff.jobs.metrics.RunMetrics;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.NativeTask;
import org.dualanodiff.jobs.spark.SickExecutors;
import org.dualanodiff.jobs.spark.SparkInspection;
import org.dualanodiff.jobs.spark.TaskSettings;
import org.dualanodiff.jobs.spark.TaskWatch;
import org.dualanodiff.jobs.spark.UnitJobs;
import org.dualanodiff.jobs.spark.UnitWork;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.RunConfig;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.plan.EstimatePlan;
import org.dualanodiff.pipeline.plan.EstimatePlan.Estimate;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.plan.Planner;
import org.dualanodiff.pipeline.plan.Planner.PlanInput;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.run.RunNaming;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main job, around its work: reads what goes in, names the run, holds its lease, and keeps how it ended. */
public final class AugmentRun {

    private static final Logger LOG = LoggerFactory.getLogger(AugmentRun.class);

    private final SparkSession spark;
    private final JavaSparkContext context;
    private final Machine machine = Machine.ofSpark();
    private final PipelineConfig config;
    private final PrintWriter console;
    private final boolean retryFailed;
    private final UnitWork unitWork;

    /** As the other, leaving units alone that two executors died of. */
    public AugmentRun(SparkSession spark, PipelineConfig config, PrintWriter console) {
        this(spark, config, console, false, UnitWork.OF_MODEL);
    }

    /**
     * @param console for people: plan, warnings, progress
     * @param retryFailed whether units that two executors died of are tried again
     * @param unitWork what the tasks do on their devices
     */
    public AugmentRun(
            SparkSession spark, PipelineConfig config, PrintWriter console, boolean retryFailed, UnitWork unitWork) {
        this.unitWork = unitWork;
        this.spark = spark;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.config = config;
        this.console = console;
        this.retryFailed = retryFailed;
    }

    /**
     * @throws org.dualanodiff.pipeline.UserError if nothing of a category can be learned from
     * @throws org.dualanodiff.pipeline.store.StoreException if the run id belongs to other settings, or the store fails
     */
    public RunReport.Summary run(Stages stages) {
        Instant started = Instant.now();
        try (ObjectStore store = machine.open(config.store())) {
            RunInputs inputs = RunInputs.read(
                    config,
                    machine.cache(),
                    machine.hadoop(),
                    files -> SparkInspection.images(
                            context, store, config.dataset().root(), stages != Stages.NONE, files));
            PlanText.lines(inputs.dataset()).forEach(console::println);
            console.flush();
            inputs.requireUsable();
            RunIdentity identity = new RunNaming(new RunRegistry(store)).identify(inputs);
            try (TaskWatch.Named name = TaskWatch.nameRun(context, identity.runId())) {
                Work work = new Work(inputs, identity, store, started);
                return stages == Stages.NONE ? work.estimate() : run(work, stages, identity, store, started);
            }
        }
    }

    private RunReport.Summary run(Work work, Stages stages, RunIdentity identity, ObjectStore store, Instant started) {
        try (RunLease lease = lease(store, identity.runId())) {
            RunReport.Summary summary =
                    recorded(work, stages, lease, RunReport.Outcome.begin(store, identity.runId(), started));
            RunMetrics.ofThisDriver()
                    .ifPresent(metrics -> metrics.settle(summary.accepted(), summary.rejected(), summary.failed()));
            LOG.info("{}", summary.sentence());
            return summary;
        }
    }

    /** Leaves in the store how it ended, unless another driver has taken over. */
    private RunReport.Summary recorded(Work work, Stages stages, RunLease lease, RunReport.Outcome outcome) {
        try {
            RunReport.Summary summary = work.run(stages, retryFailed, lease);
            outcome.ended(summary, work.tasks());
            return summary;
        } catch (Exception e) {
            // Losing the lease cancels the jobs, whose failure says nothing of the reason.
            if (lease.lost()) {
                throw lease.takenOver();
            }
            outcome.failed(e, work.tasks());
            throw e;
        }
    }

    private RunLease lease(ObjectStore store, String runId) {
        RunConfig.Lease lease = config.run().lease();
        LeaseTerms terms =
                new LeaseTerms(Duration.ofSeconds(lease.expireSeconds()), Duration.ofSeconds(lease.waitSeconds()));
        return RunLease.acquire(store, runId, terms, this::say, context::cancelAllJobs);
    }

    private void say(String line) {
        console.println(line);
        console.flush();
    }

    /** What is done under a run's name: plan, carry every unit from training to its commit, and write the manifest last. */
    private final class Work {

        private final RunInputs inputs;
        private final RunIdentity identity;
        private final ObjectStore store;
        private final RunRegistry runs;
        private final AdapterRegistry adapters;
        private final Instant started;
        private List<NativeTask.Record> tasks = List.of();

        Work(RunInputs inputs, RunIdentity identity, ObjectStore store, Instant started) {
            this.inputs = inputs;
            this.identity = identity;
            this.store = store;
            this.runs = new RunRegistry(store);
            this.adapters = new AdapterRegistry(store);
            this.started = started;
        }

        /** What there is to do and what it will take, by what earlier runs took; nothing is written. */
        RunReport.Summary estimate() {
            Plan plan = shown(plan(StoredUnits.of(store, identity.runId())));
            Estimate estimate = new EstimatePlan(
                            runs.manifests(),
                            inputs.settings().all(),
                            inputs.settings().target(),
                            adapters)
                    .of(plan);
            PlanText.lines(estimate, inputs).forEach(console::println);
            console.flush();
            RunReport report = new RunReport(identity, inputs, plan, started);
            report.estimated(estimate);
            return report.summary("planned", null);
        }

        /** Under the lease, from the plan on: what another driver has done meanwhile is not planned again. */
        RunReport.Summary run(Stages stages, boolean retryFailed, RunLease lease) {
            StoredUnits stored = StoredUnits.of(store, identity.runId());
            Plan plan = shown(plan(stored));
            RunReport report = new RunReport(identity, inputs, plan, started);
            if (stages.generate()) {
                open(plan, stored);
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
        List<NativeTask.Record> tasks() {
            return tasks;
        }

        private RunScope scope(
                Stages stages, RunLease lease, UnitDeaths deaths, SickExecutors executors, UnitStates states) {
            UnitJobs jobs =
                    new UnitJobs(context, TaskSettings.of(config, unitWork), lease.fence(), Progress.showOn(console));
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
            return UnitsInFlight.atATime(
                    spark.sparkContext().defaultParallelism(),
                    inputs.settings().target().samplesPerDefect(),
                    Runtime.getRuntime().maxMemory());
        }

        /** Those that train longest begin first, so that no GPU is left with a long one when the others are done. */
        private List<Supplier<UnitReport.Outcome>> units(
                RunScope scope, Plan plan, StoredUnits stored, Optional<RunManifest> before) {
            Map<UnitKey, RunManifest.Unit> lines = new HashMap<>();
            before.ifPresent(manifest -> manifest.units().forEach(unit -> lines.put(unit.unit(), unit)));
            List<Plan.Unit> inOrder = new ArrayList<>(plan.units());
            inOrder.sort(Comparator.comparingLong((Plan.Unit unit) -> training(scope, unit))
                    .thenComparingInt(Plan.Unit::toGenerate)
                    .reversed());
            List<Supplier<UnitReport.Outcome>> units = new ArrayList<>();
            for (Plan.Unit unit : inOrder) {
                UnitKey key = key(unit.adapter());
                units.add(new UnitRun(scope, unit, stored.files(unit.adapter()), Optional.ofNullable(lines.get(key))));
            }
            return units;
        }

        /** How long trainings of a run take in relation to one another: images drawn, and encoded before. */
        private long training(RunScope scope, Plan.Unit unit) {
            if (!unit.train() || !scope.stages().train()) {
                return 0;
            }
            DefectSet set = scope.sets().get(key(unit.adapter()));
            long drawn = (long) config.training().steps() * config.training().batchSize();
            return drawn + set.training().size();
        }

        private static UnitKey key(AdapterId id) {
            return id.unit();
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
            PlanText.lines(plan, inputs).forEach(console::println);
            console.flush();
            return plan;
        }

        /** What the run notes of a unit or of its category and cannot be read any more is that unit's failure. */
        private void open(Plan plan, StoredUnits stored) {
            runs.open(identity);
            List<AdapterId> adapters =
                    plan.units().stream().map(Plan.Unit::adapter).toList();
            runs.bindAdapters(identity.runId(), adapters).forEach(stored::leaveAlone);
            Map<String, String> categories = runs.bindGoodImages(identity.runId(), inputs.goodImages());
            adapters.stream()
                    .filter(adapter -> categories.containsKey(adapter.category()))
                    .forEach(adapter -> stored.leaveAlone(adapter.unit(), categories.get(adapter.category())));
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
                report.keepRealPairs(runId, inputs.dataset().sets(), machine.files());
                console.printf("report %s%n", report.run(runId));
            } catch (Exception e) {
                // Spark's own failures are checked ones that it does not declare.
                LOG.warn("no report was written", e);
                console.printf(
                        "warning: no report was written: %s; try dualanodiff report --run %s%n", e.getMessage(), runId);
            }
            console.flush();
        }
    }

    /** Which parts of the main job a command runs; each builds on what the store has. */
    public enum Stages {
        NONE(false, false),
        TRAIN(true, false),
        GENERATE(false, true),
        ALL(true, true);

        private final boolean train;
        private final boolean generate;

        Stages(boolean train, boolean generate) {
            this.train = train;
            this.generate = generate;
        }

        boolean train() {
            return train;
        }

        boolean generate() {
            return generate;
        }
    }
}
