package org.dualanodiff.jobs.run;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.metrics.RunMetrics;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.jobs.spark.InspectImagesJob;
import org.dualanodiff.jobs.spark.RunName;
import org.dualanodiff.jobs.spark.UnitWork;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.config.RunConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.run.RunNaming;
import org.dualanodiff.pipeline.store.LeaseTerms;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunIdentity;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main job, around its work: reads what goes in, names the run, holds its lease, and keeps how it ended. */
public final class AugmentRun {

    private static final Logger LOG = LoggerFactory.getLogger(AugmentRun.class);

    private final SparkSession spark;
    private final JavaSparkContext context;
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
     * @throws org.dualanodiff.pipeline.run.UnusableDataException if nothing of a category can be learned from
     * @throws org.dualanodiff.pipeline.store.StoreException if the run id belongs to other settings, or the store fails
     */
    public RunSummary run(Stages stages) {
        Instant started = Instant.now();
        try (ObjectStore store = ObjectStore.open(config.store(), HadoopProperties.current())) {
            RunInputs inputs = RunInputs.read(
                    config,
                    LocalCache.ofUser(),
                    HadoopProperties.configuration(),
                    files -> InspectImagesJob.ofUnknown(
                            context, store, config.dataset().root(), stages != Stages.NONE, files));
            warn(inputs.dataset());
            inputs.requireUsable();
            RunIdentity identity = new RunNaming(new RunRegistry(store)).identify(inputs);
            try (RunName name = RunName.show(context, identity.runId())) {
                RunWork work = new RunWork(spark, console, inputs, identity, store, started, unitWork);
                return stages == Stages.NONE ? work.estimate() : run(work, stages, identity, store, started);
            }
        }
    }

    private RunSummary run(RunWork work, Stages stages, RunIdentity identity, ObjectStore store, Instant started) {
        try (RunLease lease = lease(store, identity.runId())) {
            RunSummary summary = recorded(work, stages, lease, RunOutcome.begin(store, identity.runId(), started));
            RunMetrics.ofThisDriver()
                    .ifPresent(metrics -> metrics.settle(summary.accepted(), summary.rejected(), summary.failed()));
            LOG.info("{}", summary.sentence());
            return summary;
        }
    }

    /** Leaves in the store how it ended, unless another driver has taken over. */
    private RunSummary recorded(RunWork work, Stages stages, RunLease lease, RunOutcome outcome) {
        try {
            RunSummary summary = work.run(stages, retryFailed, lease);
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

    /** In short what {@code inspect} says at length. */
    private void warn(Dataset dataset) {
        console.println(dataset.counts());
        dataset.warnings().forEach(warning -> console.printf("warning: %s%n", warning));
        if (!dataset.quarantine().isEmpty()) {
            console.printf(
                    "warning: %d input files are set aside:%n",
                    dataset.quarantine().size());
            dataset.quarantine()
                    .forEach(file -> console.printf("  %s: %s (%s)%n", file.file(), file.reason(), file.detail()));
        }
        console.flush();
    }
}
