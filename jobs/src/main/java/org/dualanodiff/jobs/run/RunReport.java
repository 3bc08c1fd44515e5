package org.dualanodiff.jobs.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.jobs.spark.UnitSamples;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.generate.GenerateResult;
import org.dualanodiff.pipeline.plan.Estimate;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.PublishedAdapter;
import org.dualanodiff.pipeline.store.RunIdentity;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.train.TrainResult;

/** Collects what a run did, for its manifest and for the last line of its output. */
final class RunReport {

    private static final String NO_ADAPTER = "no adapter in the store; run train or augment";

    private final RunIdentity identity;
    private final RunInputs inputs;
    private final Plan plan;
    private final Instant started;
    private List<TrainResult> trained = List.of();
    private List<GenerateResult> generated = List.of();
    private SampleVerdicts verdicts = SampleVerdicts.NONE;
    private Optional<Map<AdapterId, PublishedAdapter>> published = Optional.empty();
    private Estimate estimate;

    RunReport(RunIdentity identity, RunInputs inputs, Plan plan, Instant started) {
        this.identity = identity;
        this.inputs = inputs;
        this.plan = plan;
        this.started = started;
    }

    void estimated(Estimate result) {
        estimate = result;
    }

    void trained(List<TrainResult> results) {
        trained = results;
    }

    void published(Map<AdapterId, PublishedAdapter> adapters) {
        published = Optional.of(adapters);
    }

    /** @param has all samples of the run */
    void generated(List<GenerateResult> results, Map<UnitKey, UnitSamples> has) {
        verdicts = new SampleVerdicts(has, inputs.settings().target().samplesPerDefect());
        generated = verdicts.settled(results);
    }

    /** A line for each unit that is not complete. */
    List<String> problems() {
        return plan.units().stream()
                .map(Plan.UnitCounts::adapter)
                .flatMap(id ->
                        error(id, resultsOf(id))
                                .map(error -> "%s/%s: %s".formatted(id.category(), id.defect(), error))
                                .stream())
                .toList();
    }

    /**
     * @param files of the run as they are now
     * @param before the manifest of the last time, if any: units that nothing was done for this time stay in it
     */
    RunManifest manifest(OutputFiles files, Optional<RunManifest> before, String sparkVersion) {
        UntouchedUnits untouched = new UntouchedUnits(files, verdicts, before);
        List<RunManifest.Unit> now = Stream.concat(
                        plan.units().stream().map(unit -> unit(unit, files, before)),
                        plan.unusable().stream().map(untouched::unusable))
                .toList();
        List<RunManifest.Unit> units = Stream.concat(now.stream(), untouched.notAsked(UntouchedUnits.keys(now)))
                .toList();
        return RunManifest.of(
                identity.runId(),
                started,
                Instant.now(),
                inputs.settings().all(),
                units,
                quarantine(),
                Map.of(
                        "dualanodiff", ProductVersion.current(),
                        "spark", sparkVersion,
                        "java", Runtime.version().toString()));
    }

    private List<RunManifest.Quarantined> quarantine() {
        return inputs.dataset().quarantine().stream()
                .map(file -> new RunManifest.Quarantined(
                        file.category(),
                        file.defect(),
                        file.file(),
                        file.reason().name(),
                        file.detail()))
                .toList();
    }

    private RunManifest.Unit unit(Plan.UnitCounts counts, OutputFiles files, Optional<RunManifest> before) {
        AdapterId id = counts.adapter();
        List<GenerateResult> results = resultsOf(id);
        return new RunManifest.Unit(
                id.category(),
                id.defect(),
                Optional.of(id.fingerprint()),
                training(id),
                samples(counts, results),
                results.stream().mapToDouble(GenerateResult::seconds).sum(),
                UnitTimings.of(id, trained, results, before),
                files.of(key(id)),
                verdicts.quality(key(id)),
                error(id, results));
    }

    private static UnitKey key(AdapterId id) {
        return new UnitKey(id.category(), id.defect());
    }

    private List<GenerateResult> resultsOf(AdapterId id) {
        return generated.stream()
                .filter(result -> result.unit().adapterId().equals(id))
                .toList();
    }

    private Optional<RunManifest.Training> training(AdapterId id) {
        Optional<TrainResult> now = trained.stream()
                .filter(result -> result.adapter().equals(id) && result.succeeded())
                .findFirst();
        return now.map(result -> new RunManifest.Training(
                        RunManifest.Training.Source.TRAINED, result.steps(), result.finalLoss(), result.seconds()))
                .or(() -> published.map(adapters -> adapters.get(id)).map(RunReport::reused));
    }

    private static RunManifest.Training reused(PublishedAdapter adapter) {
        Provenance.Training training = adapter.provenance().training();
        return new RunManifest.Training(
                RunManifest.Training.Source.REUSED, training.steps(), training.finalLoss(), training.seconds());
    }

    private static RunManifest.SampleCounts samples(Plan.UnitCounts counts, List<GenerateResult> results) {
        int accepted = results.stream().mapToInt(GenerateResult::accepted).sum();
        int rejected = results.stream().mapToInt(GenerateResult::rejected).sum();
        int planned = results.isEmpty()
                ? counts.toGenerate()
                : results.stream()
                        .mapToInt(result -> result.unit().missing().length)
                        .sum();
        int failed = planned - accepted - rejected;
        return new RunManifest.SampleCounts(
                planned, counts.existing(), accepted + rejected, accepted, rejected, failed);
    }

    private Optional<String> error(AdapterId id, List<GenerateResult> results) {
        Optional<String> training = trained.stream()
                .filter(result -> result.adapter().equals(id) && !result.succeeded())
                .map(result -> "training: " + result.error())
                .findFirst();
        return training.or(() -> missingAdapter(id))
                .or(() -> results.stream()
                        .filter(result -> !result.succeeded())
                        .map(result -> "generation: " + result.error())
                        .findFirst())
                .or(() -> verdicts.shortage(key(id)));
    }

    private Optional<String> missingAdapter(AdapterId id) {
        return published.filter(adapters -> !adapters.containsKey(id)).map(adapters -> NO_ADAPTER);
    }

    /** @param manifest its address, or null if this command writes none */
    RunSummary summary(String manifest) {
        return summary(failedUnits() == 0 ? "complete" : "partial", manifest);
    }

    RunSummary summary(String status, String manifest) {
        int accepted = generated.stream().mapToInt(GenerateResult::accepted).sum();
        int rejected = generated.stream().mapToInt(GenerateResult::rejected).sum();
        return new RunSummary(
                identity.runId(),
                status,
                (int) trained.stream().filter(TrainResult::succeeded).count(),
                plan.units().size() - plan.train().size(),
                plan.units().stream().mapToInt(Plan.UnitCounts::existing).sum(),
                accepted + rejected,
                accepted,
                rejected,
                published.isPresent() ? failed() : 0,
                failedUnits(),
                inputs.dataset().quarantine().size(),
                Duration.between(started, Instant.now()).toMillis() / 1000.0,
                stepsPerSecond(),
                pairsPerSecond(accepted + rejected),
                gpuSeconds(),
                estimate,
                verdicts.reasons(),
                manifest);
    }

    private int failed() {
        return plan.units().stream()
                .mapToInt(unit -> samples(unit, resultsOf(unit.adapter())).failed())
                .sum();
    }

    private int failedUnits() {
        long failed = plan.units().stream()
                .map(Plan.UnitCounts::adapter)
                .filter(id -> error(id, resultsOf(id)).isPresent())
                .count();
        return (int) failed + plan.unusable().size();
    }

    private double gpuSeconds() {
        return Stream.concat(
                        trained.stream().map(TrainResult::times),
                        generated.stream().map(GenerateResult::times))
                .mapToDouble(TaskTimes::gpu)
                .sum();
    }

    private Double stepsPerSecond() {
        int steps = trained.stream().mapToInt(TrainResult::stepsMade).sum();
        return steps == 0
                ? null
                : steps / trained.stream().mapToDouble(TrainResult::seconds).sum();
    }

    private Double pairsPerSecond(int pairs) {
        return pairs == 0
                ? null
                : pairs
                        / generated.stream()
                                .mapToDouble(GenerateResult::seconds)
                                .sum();
    }
}
