package org.dualanodiff.jobs.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.jobs.spark.TaskRecord;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.plan.Estimate;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.plan.Plan.Unusable;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.RunIdentity;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.UnitCommit;

/** Collects what a run did, for its manifest and for the last line of its output. */
final class RunReport {

    private final RunIdentity identity;
    private final RunInputs inputs;
    private final Plan plan;
    private final Instant started;
    private final Map<UnitKey, UnitOutcome> outcomes = new HashMap<>();
    private List<RunManifest.Unit> others = List.of();
    private boolean generated;
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

    void ended(UnitOutcome outcome) {
        outcomes.put(outcome.unit().unit(), outcome);
    }

    /** Where and when the tasks of all units worked. */
    List<TaskRecord> tasks() {
        return outcomes.values().stream()
                .flatMap(outcome -> outcome.tasks().stream())
                .toList();
    }

    /**
     * The units of the run that this command did nothing for, those without anything to learn from and those that were not
     * asked for: they stay in the manifest, as it was, and with what was committed since.
     *
     * @param commits all of the run, by unit
     * @param before the manifest of the last time, if any
     */
    void untouched(Map<UnitKey, UnitCommit> commits, Optional<RunManifest> before) {
        generated = true;
        Map<UnitKey, RunManifest.Unit> known = new TreeMap<>(UnitKey.ORDER);
        before.ifPresent(manifest -> manifest.units().forEach(unit -> known.put(unit.unit(), unit)));
        List<RunManifest.Unit> units = new ArrayList<>();
        for (Unusable set : plan.unusable()) {
            UnitKey key = set.unit();
            units.add(current(known.get(key), commits.get(key), key, set.reason()));
        }
        Set<UnitKey> listed = Stream.concat(
                        outcomes.keySet().stream(), units.stream().map(RunManifest.Unit::unit))
                .collect(Collectors.toSet());
        commits.keySet().stream().filter(key -> !known.containsKey(key)).forEach(key -> known.put(key, null));
        known.forEach((key, unit) -> {
            if (!listed.contains(key)) {
                units.add(current(unit, commits.get(key), key, null));
            }
        });
        others = units;
    }

    /**
     * @param known its line in the manifest before, or null
     * @param commit or null
     * @param reason why nothing was done for it, or null
     */
    private RunManifest.Unit current(RunManifest.Unit known, UnitCommit commit, UnitKey key, String reason) {
        int wanted = inputs.settings().target().samplesPerDefect();
        int listed =
                known == null ? 0 : known.samples().existing() + known.samples().created();
        int there = commit == null ? 0 : commit.pairs();
        boolean grown = there > listed;
        Optional<String> error =
                Optional.ofNullable(reason).or(() -> known != null ? known.error() : brokenOff(commit, wanted));
        return new RunManifest.Unit(
                key.category(),
                key.defect(),
                known != null && known.adapter().isPresent()
                        ? known.adapter()
                        : Optional.ofNullable(commit).map(UnitCommit::adapter),
                known == null ? Optional.empty() : known.training(),
                grown
                        ? new RunManifest.SampleCounts(0, there, 0, 0, 0, 0)
                        : known == null ? RunManifest.SampleCounts.NONE : known.samples(),
                known == null ? 0 : known.generationSeconds(),
                known == null ? RunManifest.Timings.NONE : known.timings(),
                commit != null ? UnitReport.files(commit) : known == null ? List.of() : known.files(),
                grown ? UnitReport.quality(commit, wanted) : known == null ? Optional.empty() : known.quality(),
                error);
    }

    private static Optional<String> brokenOff(UnitCommit commit, int wanted) {
        int good = commit == null ? wanted : commit.accepted().size();
        return good >= wanted
                ? Optional.empty()
                : Optional.of(
                        "broken off with %d of %d good pairs, and not asked for since; run augment with this defect"
                                .formatted(good, wanted));
    }

    /** A line for each unit that is not complete. */
    List<String> problems() {
        return planned()
                .flatMap(outcome ->
                        outcome.unit().error().stream().map(error -> "%s: %s".formatted(outcome.unit().unit(), error)))
                .toList();
    }

    RunManifest manifest(String sparkVersion) {
        List<RunManifest.Unit> units =
                Stream.concat(planned().map(UnitOutcome::unit), others.stream()).toList();
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

    /** In the order of the plan. */
    private Stream<UnitOutcome> planned() {
        return plan.units().stream()
                .map(unit -> outcomes.get(
                        unit.adapter().unit()))
                .filter(outcome -> outcome != null);
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

    /** @param manifest its address, or null if this command writes none */
    RunSummary summary(String manifest) {
        return summary(failedUnits() == 0 ? "complete" : "partial", manifest);
    }

    RunSummary summary(String status, String manifest) {
        RunManifest.SampleCounts samples = outcomes.values().stream()
                .map(outcome -> outcome.unit().samples())
                .reduce(RunManifest.SampleCounts.NONE, RunManifest.SampleCounts::plus);
        return new RunSummary(
                identity.runId(),
                status,
                (int) outcomes.values().stream().filter(UnitOutcome::trained).count(),
                (int) plan.units().stream().filter(unit -> !unit.train()).count(),
                outcomes.isEmpty()
                        ? plan.units().stream()
                                .mapToInt(Plan.Unit::existing)
                                .sum()
                        : samples.existing(),
                samples.created(),
                samples.accepted(),
                samples.rejected(),
                generated ? samples.failed() : 0,
                failedUnits(),
                inputs.dataset().quarantine().size(),
                Duration.between(started, Instant.now()).toMillis() / 1000.0,
                rate(UnitOutcome::steps, UnitOutcome::trainingSeconds),
                rate(UnitOutcome::pairs, UnitOutcome::generationSeconds),
                sum(UnitOutcome::gpuSeconds),
                estimate,
                rejections(),
                manifest);
    }

    private Map<String, Integer> rejections() {
        Map<String, Integer> sums = new TreeMap<>();
        Stream.concat(outcomes.values().stream().map(UnitOutcome::unit), others.stream())
                .flatMap(unit -> unit.quality().stream())
                .forEach(quality -> quality.reasons().forEach((reason, n) -> sums.merge(reason, n, Integer::sum)));
        return sums;
    }

    private int failedUnits() {
        long failed = outcomes.values().stream()
                .filter(outcome -> outcome.unit().error().isPresent())
                .count();
        return (int) failed + plan.unusable().size();
    }

    private double sum(ToDoubleFunction<UnitOutcome> part) {
        return outcomes.values().stream().mapToDouble(part).sum();
    }

    /** Null where nothing was done. */
    private Double rate(ToDoubleFunction<UnitOutcome> done, ToDoubleFunction<UnitOutcome> seconds) {
        double all = sum(done);
        return all == 0 ? null : Double.valueOf(all / sum(seconds));
    }
}
