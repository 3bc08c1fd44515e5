package org.dualanodiff.jobs.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.spark.NativeTask;
import org.dualanodiff.jobs.spark.SickExecutors;
import org.dualanodiff.jobs.spark.SparkJob;
import org.dualanodiff.jobs.spark.TaskFailures;
import org.dualanodiff.jobs.spark.UnitJobs;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateResult;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.generate.WritePairs.WriteTask;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.quality.AcceptedCopies;
import org.dualanodiff.pipeline.quality.LearnQuality;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.quality.QualityRegistry;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.samples.GeneratedSample.PairVerdict;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry.UnitState;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One (category, defect) on its way: train, learn the limits, generate and judge in rounds, commit. What each step leaves
 * stands in the store, so any driver goes on from there; what fails, fails this unit.
 */
final class UnitRun implements Supplier<UnitReport.Outcome> {

    private static final Logger LOG = LoggerFactory.getLogger(UnitRun.class);

    private final Shared run;
    private final Plan.Unit plan;
    private final DefectSet set;
    private final AdapterRegistry adapters;
    private final UnitCommits commits;
    private StoredUnits.OfUnit files;
    private final AdapterId id;
    private final UnitKey key;
    private final UnitReport report;
    private final UnitTasks tasks;

    /** @param files what the store had of it when the command began */
    UnitRun(Shared run, Plan.Unit plan, DefectSet set, StoredUnits.OfUnit files, Optional<RunManifest.Unit> before) {
        this.run = run;
        this.plan = plan;
        this.set = set;
        this.adapters = new AdapterRegistry(run.store());
        this.commits = new UnitCommits(run.store(), run.runId());
        this.files = files;
        this.id = plan.adapter();
        this.key = id.unit();
        this.tasks = new UnitTasks(run, key);
        this.report = new UnitReport(plan, run.target(), before, files.commit());
    }

    @Override
    public UnitReport.Outcome get() {
        run.spark().setLocalProperty(SparkJob.UNIT, key.toString());
        try {
            work();
        } catch (UnitFailure e) {
            report.failed(e.getMessage());
        } catch (Exception | LinkageError e) {
            if (!run.lease().lost()) {
                LOG.error("{} failed", key, e);
            }
            report.failed(TaskFailures.textOfJob(e));
        }
        UnitReport.Outcome outcome = report.outcome(tasks.records());
        run.states().end(id, outcome.unit().error());
        return outcome;
    }

    private void work() throws Exception {
        requireReadable();
        if (run.stages().train() && plan.train()) {
            requireTryable();
            train();
        }
        if (run.stages().generate()) {
            generate();
        }
    }

    private void requireReadable() {
        if (files.unreadable() != null) {
            throw new UnitFailure(files.unreadable());
        }
    }

    private void requireTryable() {
        if (files.deaths()) {
            run.deaths().read(key);
        }
        tasks.requireAlive();
    }

    private void train() throws Exception {
        run.states().enter(id, UnitState.TRAINING);
        List<TrainResult> trained = new ArrayList<>();
        try {
            tasks.onMachines("train", run.jobs()::train, List.of(run.inputs().trainTask(set, id)), trained);
        } catch (SparkException e) {
            run.lease().requireNotLost();
            LOG.error("training {} failed", key, e);
            throw new UnitFailure("training: " + TaskFailures.textOfJob(e));
        }
        TrainResult result = trained.get(0);
        report.trained(result);
        if (!result.succeeded()) {
            throw new UnitFailure("training: " + result.error());
        }
    }

    /** Starts again from what the store has if another driver has committed first: one that was taken for dead and woke up. */
    private void generate() throws Exception {
        while (!isGenerated()) {
            run.lease().requireNotLost();
            files = StoredUnits.of(run.store(), run.runId()).files(id);
            requireReadable();
        }
    }

    /** False if another driver was first. */
    private boolean isGenerated() throws Exception {
        UnitCommit before = files.commit();
        UnitPairs there = new UnitPairs(before, run.target(), AcceptedCopies.NOT_SOUGHT);
        boolean enough = there.missing(id).isEmpty();
        if (enough && !files.isUntidy() && toRewrite(there).isEmpty()) {
            report.reused(() -> adapters.find(id).orElse(null));
            report.committed(before);
            return true;
        }
        PublishedAdapter adapter =
                adapters.find(id).orElseThrow(() -> new UnitFailure("no adapter in the store; run train or augment"));
        report.reused(() -> adapter);
        if (!enough) {
            requireTryable();
        }
        QualityProfile profile = enough ? QualityProfile.NONE : learn();
        requireMasks(profile);
        AcceptedCopies rule = profile.copies();
        UnitPairs pairs = new UnitPairs(before, run.target(), rule);
        String failure = null;
        try {
            if (!enough) {
                lookAt(pairs, before, rule);
                failure = rounds(pairs, adapter, profile);
            }
        } catch (UnitFailure e) {
            failure = e.getMessage();
        } catch (Exception e) {
            run.lease().requireNotLost();
            LOG.error("generating {} failed", key, e);
            failure = "generation: " + TaskFailures.textOfJob(e);
        }
        // Whatever was made and judged is kept, however it ended.
        Optional<UnitCommit> committed;
        try {
            committed = commit(before, pairs);
        } catch (Exception e) {
            run.lease().requireNotLost();
            throw failure == null
                    ? e
                    : new UnitFailure(failure + "; nor was it committed: " + TaskFailures.textOfJob(e));
        }
        committed.ifPresent(report::committed);
        if (failure != null) {
            throw new UnitFailure(failure);
        }
        return committed.isPresent();
    }

    private QualityProfile learn() throws Exception {
        Optional<LearnQuality.Task> task = run.inputs().learnTask(set);
        if (task.isEmpty()) {
            return QualityProfile.NONE;
        }
        run.states().enter(id, UnitState.LEARNING);
        try {
            QualityProfile learned = tasks.persistently(() -> run.jobs().learn(task.get()));
            return new QualityRegistry(run.store(), run.runId()).settle(key, learned);
        } catch (Exception e) {
            run.lease().requireNotLost();
            LOG.error("looking at the real pairs of {} failed", key, e);
            throw new UnitFailure("quality gate: " + TaskFailures.textOfJob(e));
        }
    }

    private void requireMasks(QualityProfile profile) {
        profile.thresholds()
                .excludeAllMasks(
                        run.config().mask().cleanup(), run.inputs().settings().resolution())
                .ifPresent(why -> {
                    throw new UnitFailure("quality gate: " + why);
                });
    }

    /** What an earlier driver, or an earlier command, has left. */
    private void lookAt(UnitPairs pairs, UnitCommit before, AcceptedCopies rule) throws Exception {
        if (rule.isSought()) {
            pairs.know(verdicts(UnitCommit.keys(before.files())));
            List<String> earlier = run.earlier().keys(key);
            pairs.knowEarlier(
                    earlier.isEmpty()
                            ? List.of()
                            : tasks.persistently(() -> run.jobs().earlier(key, earlier)));
        }
        long bytes = files.staged().values().stream().mapToLong(size -> size).sum();
        pairs.add(verdicts(files.staged().keySet()), bytes);
    }

    private List<PairVerdict> verdicts(Set<String> keys) throws Exception {
        return tasks.persistently(
                () -> run.jobs().verdicts(key, id.fingerprint().hex(), List.copyOf(keys)));
    }

    /** Returns why it broke off, or null. */
    private String rounds(UnitPairs pairs, PublishedAdapter adapter, QualityProfile profile) throws Exception {
        for (List<GenerateUnit> missing = pairs.missing(id); !missing.isEmpty(); missing = pairs.missing(id)) {
            run.states().enter(id, UnitState.GENERATING);
            List<GenerateTask> round = missing.stream()
                    .map(unit -> run.inputs().generateTask(run.runId(), set, unit, adapter, profile))
                    .toList();
            List<GenerateResult> results = new ArrayList<>();
            try {
                tasks.onMachines("generate", run.jobs()::generate, round, results);
            } finally {
                results.forEach(report::generated);
                pairs.add(results);
            }
            Optional<GenerateResult> failed =
                    results.stream().filter(result -> !result.succeeded()).findFirst();
            if (failed.isPresent()) {
                return "generation: " + failed.get().error();
            }
        }
        return null;
    }

    /** Commits what is new; nothing if another driver has committed that number first. */
    private Optional<UnitCommit> commit(UnitCommit before, UnitPairs pairs) throws Exception {
        Map<Integer, List<String>> fresh = pairs.fresh();
        List<UnitCommit.File> rewritten = toRewrite(pairs);
        if (fresh.isEmpty() && rewritten.isEmpty() && !files.isUntidy()) {
            return Optional.of(before);
        }
        run.states().enter(id, UnitState.COMMITTING);
        PipelineConfig config = run.config();
        Optional<List<UnitCommit.File>> written = written(
                before,
                pairs.tasks(
                        rewritten, config.run().fileBytes(), config.quality().keepRejectedPixels()));
        if (written.isEmpty()) {
            return Optional.empty();
        }
        UnitCommit next = before.with(written.get(), fresh, UnitCommit.keys(rewritten));
        run.lease().requireNotLost();
        NativeTask.Hook.call("commit", key.toString());
        if (!commits.create(next)) {
            run.store().deleteFiles(UnitCommit.keys(written.get()));
            return Optional.empty();
        }
        run.states().committed(id, next.accepted().size() - before.accepted().size(), next);
        try {
            tidy(next, pairs);
        } catch (StoreException e) {
            LOG.warn("{}: what its commit has replaced stays for now: {}", key, e.getMessage());
        }
        return Optional.of(next);
    }

    /** Nothing if another driver has committed meanwhile, and so has cleared away what was to be written. */
    private Optional<List<UnitCommit.File>> written(UnitCommit before, List<WriteTask> files) throws Exception {
        try {
            return Optional.of(
                    files.isEmpty()
                            ? List.of()
                            : tasks.persistently(() -> run.jobs().write(files)));
        } catch (Exception e) {
            run.lease().requireNotLost();
            if (commits.find(key).stream().anyMatch(there -> there.number() > before.number())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Small files, where the run merges them. */
    private List<UnitCommit.File> toRewrite(UnitPairs pairs) {
        return run.config().run().compact() ? pairs.toRewrite(run.config().run().fileBytes()) : List.of();
    }

    /**
     * Nobody can commit what lay there before this commit any more: its number is taken. What has come since may be another
     * driver's, if this one was taken for dead, or of attempts of its own that were given up.
     */
    private void tidy(UnitCommit commit, UnitPairs pairs) {
        Set<String> done = new HashSet<>(files.stored());
        done.addAll(files.staged().keySet());
        done.addAll(pairs.sources());
        Stream.of(StoreLayout.samples(run.runId(), key), StoreLayout.staging(run.runId(), key))
                .flatMap(folder -> run.store().list(folder).stream())
                .map(StoredFile::key)
                .filter(run.lease().fence()::hasNamed)
                .forEach(done::add);
        done.removeAll(UnitCommit.keys(commit.files()));
        done.removeAll(Set.copyOf(commit.replaced()));
        run.store().deleteFiles(done);
    }

    /** What all units of a run share. */
    record Shared(
            JavaSparkContext spark,
            Stages stages,
            RunInputs inputs,
            ObjectStore store,
            RunLease lease,
            UnitDeaths deaths,
            SickExecutors executors,
            UnitStates states,
            UnitJobs jobs,
            EarlierNights earlier) {

        String runId() {
            return lease.fence().runId();
        }

        PipelineConfig config() {
            return inputs.settings().config();
        }

        SampleTarget target() {
            return inputs.settings().target();
        }
    }
}
