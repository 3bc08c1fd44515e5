package org.dualanodiff.jobs.run;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
import org.dualanodiff.jobs.spark.UnitJobs.UnitWork;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.PipelineConfig;
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
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.tracking.LineageEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

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

    /** With the model, and without trying units again under which two executors died. */
    public AugmentRun(SparkSession spark, PipelineConfig config, PrintWriter console) {
        this(spark, config, console, false, UnitWork.OF_MODEL);
    }

    /**
     * @param console for people: plan, warnings, progress
     * @param retryFailed whether units are tried again under which two executors died
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
            RunInputs inputs = SparkInspection.inputs(context, machine, config, store, stages != Stages.NONE);
            PlanText.lines(inputs.dataset()).forEach(console::println);
            console.flush();
            inputs.dataset().requireUsable(inputs.datasetRoot());
            RunIdentity identity = new RunNaming(new RunRegistry(store)).identify(inputs);
            try (TaskWatch.Named name = TaskWatch.nameRun(context, identity.runId())) {
                Work work = new Work(stages, inputs, identity, store, started);
                return stages == Stages.NONE ? work.estimate() : work.leased();
            }
        }
    }

    private void say(String line) {
        console.println(line);
        console.flush();
    }

    /** What is done under a run's name: plan, carry every unit from training to its commit, and write the manifest last. */
    private final class Work {

        private final Stages stages;
        private final RunInputs inputs;
        private final RunIdentity identity;
        private final ObjectStore store;
        private final RunRegistry runs;
        private final AdapterRegistry adapters;
        private final Instant started;
        private List<NativeTask.Record> tasks = List.of();

        Work(Stages stages, RunInputs inputs, RunIdentity identity, ObjectStore store, Instant started) {
            this.stages = stages;
            this.inputs = inputs;
            this.identity = identity;
            this.store = store;
            this.runs = new RunRegistry(store);
            this.adapters = new AdapterRegistry(store);
            this.started = started;
        }

        /** Under the run's lease; leaves in the store how it ended, unless another driver has taken over. */
        RunReport.Summary leased() {
            try (RunLease held = RunLease.acquire(
                    store, identity.runId(), config.run().lease(), AugmentRun.this::say, context::cancelAllJobs)) {
                RunReport.Outcome outcome = RunReport.Outcome.begin(store, identity.runId(), started);
                try {
                    RunReport.Summary summary = run(held);
                    outcome.ended(summary, tasks);
                    RunMetrics.ofThisDriver()
                            .ifPresent(metrics ->
                                    metrics.settle(summary.accepted(), summary.rejected(), summary.failed()));
                    LOG.info("{}", summary.sentence());
                    return summary;
                } catch (Exception e) {
                    // Losing the lease cancels the jobs, and so does Ctrl-C: their failure says nothing of the reason.
                    held.requireNotTakenOver();
                    held.interruption().ifPresent(why -> {
                        outcome.failed(why, tasks);
                        throw why;
                    });
                    outcome.failed(e, tasks);
                    throw e;
                }
            }
        }

        /** What there is to do and what it will take, by what earlier runs took; nothing is written. */
        RunReport.Summary estimate() {
            Plan plan = shown(plan(StoredUnits.of(store, identity.runId())));
            runs.requireSame(identity, inputs.adapters(), inputs.goodImages());
            Estimate estimate = new EstimatePlan(
                            runs.manifests(),
                            inputs.settings().all(),
                            inputs.settings().target(),
                            adapters)
                    .of(plan);
            PlanText.lines(estimate, inputs).forEach(console::println);
            console.flush();
            return new RunReport(identity, inputs, plan, started).summary(RunReport.PLANNED, estimate, null);
        }

        /** From the plan on: what another driver has done before the lease was taken is not planned again. */
        private RunReport.Summary run(RunLease lease) {
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
                    UnitStates states = UnitStates.watch(store, lease.fence(), started, work(plan))) {
                RunMetrics.ofThisDriver().ifPresent(metrics -> metrics.show(states::status));
                UnitRun.Shared shared = new UnitRun.Shared(
                        context,
                        stages,
                        inputs,
                        store,
                        lease,
                        deaths,
                        executors,
                        states,
                        new UnitJobs(
                                context,
                                TaskSettings.of(config, store, unitWork),
                                lease.fence(),
                                Progress.showOn(console)),
                        stages.generate()
                                ? EarlierNights.of(
                                        store,
                                        identity.runId(),
                                        config.quality().earlier())
                                : EarlierNights.NONE);
                new UnitsInFlight(pool -> context.setLocalProperty("spark.scheduler.pool", pool), this::atATime)
                        .run(units(shared, plan, stored, before), outcome -> {
                            report.ended(outcome);
                            Progress.ended(outcome.unit().unit().toString());
                        });
            } finally {
                tasks = report.tasks();
            }
            lease.requireNotLost();
            report.problems().forEach(console::println);
            if (!stages.generate()) {
                return report.summary(null);
            }
            report.untouched(stored.commits(), before);
            lease.requireHeld();
            RunManifest made = report.manifest(spark.version());
            String manifest = runs.writeManifest(made);
            if (!config.run().lineage().isEmpty()) {
                new LineageEvent(
                                config.run().lineage(),
                                made,
                                List.of(config.dataset().root(), config.baseModel()))
                        .write(store);
            }
            writeReport(made);
            return report.summary(manifest);
        }

        /**
         * A pair is denoised once a step of those that are the model's, twice with guidance; a training step is three such passes for each pair of its batch, two
         * of them backwards.
         */
        private UnitStates.Work work(Plan plan) {
            boolean guided = config.generation().guidanceScale(false) > 1;
            double drawn = config.generation().anchored() ? config.generation().strength() : 1;
            double passes = drawn * config.generation().steps(false) * (guided ? 2.0 : 1.0);
            return new UnitStates.Work(
                    plan.units().size(),
                    stages.train() ? plan.train().size() : 0,
                    stages.generate() ? plan.samplesToGenerate() : 0,
                    passes / (3.0 * config.training().batchSize(false)));
        }

        private int atATime() {
            return UnitsInFlight.atATime(
                    spark.sparkContext().defaultParallelism(),
                    inputs.settings().target().samplesPerDefect(),
                    Runtime.getRuntime().maxMemory());
        }

        /** Those that train longest begin first, so that no GPU is left with a long one when the others are done. */
        private List<Supplier<UnitReport.Outcome>> units(
                UnitRun.Shared shared, Plan plan, StoredUnits stored, Optional<RunManifest> before) {
            Map<UnitKey, RunManifest.Unit> lines =
                    before.map(RunManifest::byUnit).orElse(Map.of());
            Map<UnitKey, DefectSet> sets = inputs.setsByUnit();
            List<Plan.Unit> inOrder = new ArrayList<>(plan.units());
            inOrder.sort(Comparator.comparingLong((Plan.Unit unit) -> training(unit, sets))
                    .thenComparingInt(Plan.Unit::toGenerate)
                    .reversed());
            return inOrder.stream()
                    .<Supplier<UnitReport.Outcome>>map(unit -> new UnitRun(
                            shared,
                            unit,
                            sets.get(unit.adapter().unit()),
                            stored.files(unit.adapter()),
                            Optional.ofNullable(lines.get(unit.adapter().unit()))))
                    .toList();
        }

        /** How long trainings of a run take in relation to one another: images drawn, and encoded before. */
        private long training(Plan.Unit unit, Map<UnitKey, DefectSet> sets) {
            if (!unit.train() || !stages.train()) {
                return 0;
            }
            DefectSet set = sets.get(unit.adapter().unit());
            boolean compensated = inputs.background(set.category()) != null;
            long drawn = (long) config.training().steps() * config.training().batchSize(compensated);
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
                    .map("executors", executors())
                    .text("data", inputs.adapters().toString())
                    .build();
        }

        /** What else Spark was told of them: memory is given to spark-submit. */
        private Map<String, String> executors() {
            Map<String, String> told = new TreeMap<>();
            for (Tuple2<String, String> setting : context.getConf().getAllWithPrefix("spark.executor.")) {
                told.put(setting._1(), setting._2());
            }
            return told;
        }

        private Plan plan(StoredUnits stored) {
            Map<UnitKey, BitSet> existing = new HashMap<>();
            Map<UnitKey, BitSet> rejected = new HashMap<>();
            stored.whole().forEach((unit, commit) -> {
                existing.put(unit, commit.indices());
                rejected.put(unit, commit.rejectedIndices());
            });
            return Planner.plan(new PlanInput(
                    inputs.trainingSets(),
                    inputs.settings().recipe(),
                    inputs.settings().target(),
                    adapters.published(inputs.adapters()),
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
                console.printf("warning: %s; it is written again%n", e.getMessage());
                console.flush();
                return Optional.empty();
            }
        }

        private void writeReport(RunManifest made) {
            WriteReport report = new WriteReport(spark, store);
            WriteReport.orWarn(made.runId(), console, () -> {
                report.keepRealPairs(made, inputs.dataset().sets(), machine.files());
                return report.run(made);
            });
        }
    }

    /** Which parts of the main job a command runs; each builds on what the store has. */
    public enum Stages {
        NONE,
        TRAIN,
        GENERATE,
        ALL;

        boolean train() {
            return this == TRAIN || this == ALL;
        }

        boolean generate() {
            return this == GENERATE || this == ALL;
        }
    }
}
