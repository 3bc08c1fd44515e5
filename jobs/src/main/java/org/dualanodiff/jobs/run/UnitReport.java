package org.dualanodiff.jobs.run;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.jobs.spark.NativeTask;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateResult;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.samples.GeneratedSample.PairVerdict;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunManifest.Training.Source;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainResult;

/** Collects what becomes of a unit, for its line in the manifest. */
final class UnitReport {

    private final Plan.Unit plan;
    private final SampleTarget target;
    private final Optional<RunManifest.Unit> before;
    private final UnitCommit begun;
    private final List<GenerateResult> generated = new ArrayList<>();
    private final BitSet made = new BitSet();
    private UnitCommit commit;
    private boolean judged;
    private TrainResult trained;
    private RunManifest.Training training;
    private String error;

    /**
     * @param before its line of the last time
     * @param begun what was there when the command began
     */
    UnitReport(Plan.Unit plan, SampleTarget target, Optional<RunManifest.Unit> before, UnitCommit begun) {
        this.plan = plan;
        this.target = target;
        this.before = before;
        this.begun = begun;
        this.commit = begun;
    }

    void trained(TrainResult result) {
        trained = result;
        if (result.succeeded()) {
            training = new RunManifest.Training(Source.TRAINED, result.steps(), result.finalLoss(), result.seconds());
        }
    }

    /** @param adapter asked only if nobody has said how it was trained; null if there is none */
    void reused(Supplier<PublishedAdapter> adapter) {
        if (training == null) {
            training = known().flatMap(RunManifest.Unit::training)
                    .or(() -> Optional.ofNullable(adapter.get())
                            .map(published -> published.provenance().training())
                            .map(of ->
                                    new RunManifest.Training(Source.TRAINED, of.steps(), of.finalLoss(), of.seconds())))
                    .map(RunManifest.Training::reused)
                    .orElse(null);
        }
    }

    /** Its line of the last time, if that is of the same adapter. */
    private Optional<RunManifest.Unit> known() {
        return before.filter(
                unit -> unit.adapter().equals(Optional.of(plan.adapter().fingerprint())));
    }

    /** Its pairs themselves are not kept. */
    void generated(GenerateResult result) {
        result.pairs().stream().mapToInt(PairVerdict::index).forEach(made::set);
        generated.add(
                new GenerateResult(result.unit(), List.of(), 0, result.seconds(), result.times(), result.error()));
    }

    /** To be called by a command that generates, also if it found enough pairs. */
    void committed(UnitCommit standing) {
        commit = standing;
        judged = true;
    }

    void failed(String why) {
        error = why;
    }

    Outcome outcome(List<NativeTask.Record> tasks) {
        boolean trainedNow = trained != null && trained.succeeded();
        double seconds = generated.stream().mapToDouble(GenerateResult::seconds).sum();
        return new Outcome(
                unit(seconds),
                trainedNow,
                trainedNow ? trained.stepsMade() : 0,
                trained == null ? 0 : trained.seconds(),
                made.cardinality(),
                seconds,
                times().mapToDouble(TaskTimes::gpu).sum(),
                tasks);
    }

    private Stream<TaskTimes> times() {
        return Stream.concat(
                Stream.ofNullable(trained).map(TrainResult::times),
                generated.stream().map(GenerateResult::times));
    }

    private RunManifest.Unit unit(double seconds) {
        AdapterId id = plan.adapter();
        // For train, which makes no pairs, it is no failure that some are missing.
        Optional<String> why = Optional.ofNullable(error)
                .or(() -> judged ? shortage(commit, target.samplesPerDefect()) : Optional.empty());
        return new RunManifest.Unit(
                id.category(),
                id.defect(),
                Optional.of(id.fingerprint()),
                Optional.ofNullable(training),
                samples(),
                seconds,
                timings(),
                files(commit),
                quality(commit, target.samplesPerDefect()),
                why);
    }

    private RunManifest.SampleCounts samples() {
        BitSet fresh = commit.indices();
        fresh.and(made);
        BitSet bad = commit.rejectedIndices();
        bad.and(fresh);
        int created = fresh.cardinality();
        int rejected = bad.cardinality();
        int existing = commit.pairs() - created;
        BitSet lacking = new BitSet();
        lacking.set(0, target.end(commit.rejectedIndices()));
        lacking.andNot(commit.indices());
        int failed = error == null ? 0 : lacking.cardinality();
        return new RunManifest.SampleCounts(created + failed, existing, created, created - rejected, rejected, failed);
    }

    private RunManifest.Timings timings() {
        List<TaskTimes> succeeded = generated.stream()
                .filter(GenerateResult::succeeded)
                .map(GenerateResult::times)
                .toList();
        Optional<TrainResult> now = Optional.ofNullable(trained).filter(TrainResult::succeeded);
        return new RunManifest.Timings(
                        now.flatMap(result -> RunManifest.Work.of(List.of(result.times()), result.stepsMade())),
                        RunManifest.Work.of(succeeded, made.cardinality()))
                .orElse(known().map(RunManifest.Unit::timings).orElse(RunManifest.Timings.NONE));
    }

    static List<RunManifest.OutputFile> files(UnitCommit commit) {
        return commit.files().stream()
                .map(file -> new RunManifest.OutputFile(
                        file.key(), file.bytes(), Optional.of(file.rows()), Optional.of(file.sha256())))
                .toList();
    }

    /** Empty where there are no pairs. */
    static Optional<RunManifest.Quality> quality(UnitCommit commit, int wanted) {
        return commit.pairs() == 0
                ? Optional.empty()
                : Optional.of(new RunManifest.Quality(
                        wanted, commit.accepted().size(), commit.rejected().size(), commit.reasons()));
    }

    /** That there are too few good pairs, why, and what to do. */
    private static Optional<String> shortage(UnitCommit commit, int wanted) {
        int good = commit.accepted().size();
        return commit.pairs() == 0 || good >= wanted
                ? Optional.empty()
                : Optional.of(
                        ("quality gate: %d of %d pairs are good after %d tries, rejected for %s; look at the rejected"
                                        + " ones, then train longer, change the limits in quality, or raise quality.max-attempts")
                                .formatted(good, wanted, commit.pairs(), reasons(commit.reasons())));
    }

    /** The most frequent one first. */
    static String reasons(Map<String, Integer> reasons) {
        return reasons.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    /**
     * What a unit came to in this command.
     *
     * @param unit its line in the manifest
     * @param trained whether its adapter was trained now
     * @param steps of training made now, and the seconds that they took
     * @param pairs generated now, those included that are beyond the wanted ones, and the seconds that they took
     * @param gpuSeconds for which tasks that succeeded held GPUs
     * @param tasks where and when they worked
     */
    record Outcome(
            RunManifest.Unit unit,
            boolean trained,
            int steps,
            double trainingSeconds,
            int pairs,
            double generationSeconds,
            double gpuSeconds,
            List<NativeTask.Record> tasks) {}
}
