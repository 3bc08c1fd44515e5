package org.dualanodiff.jobs.run;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dualanodiff.jobs.spark.UnitSamples;
import org.dualanodiff.pipeline.generate.GenerateResult;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.store.RunManifest;

/**
 * What the quality gate said of all samples of a run.
 *
 * @param wanted good samples that there shall be of each unit
 */
record SampleVerdicts(Map<UnitKey, UnitSamples> units, int wanted) {

    static final SampleVerdicts NONE = new SampleVerdicts(Map.of(), 0);

    /** Near-copies are found only after tasks have counted their samples; this puts the counts right. */
    List<GenerateResult> settled(List<GenerateResult> results) {
        return results.stream()
                .map(result -> result.withCopies(
                        of(new UnitKey(result.unit().category(), result.unit().defect()))
                                .map(unit -> unit.copiesAmong(result.unit().missing()))
                                .orElse(0)))
                .toList();
    }

    /** How many samples there are of a unit, good or not. */
    int samples(UnitKey key) {
        return of(key).map(unit -> unit.indices().cardinality()).orElse(0);
    }

    Optional<RunManifest.Quality> quality(UnitKey key) {
        return of(key).map(unit ->
                new RunManifest.Quality(wanted, unit.accepted(), unit.rejected().cardinality(), unit.reasons()));
    }

    /** That there are too few good samples of a unit, why, and what to do. */
    Optional<String> shortage(UnitKey key) {
        return of(key).filter(unit -> unit.accepted() < wanted)
                .map(unit ->
                        ("quality gate: %d of %d pairs are good after %d tries, rejected for %s; look at the rejected"
                                        + " ones, then train longer, change the limits in quality, or raise quality.max-attempts")
                                .formatted(
                                        unit.accepted(), wanted, unit.indices().cardinality(), text(unit.reasons())));
    }

    /** That there are too few good samples of a unit that was begun by a command which did not finish. */
    Optional<String> unfinished(UnitKey key) {
        return of(key).filter(unit -> unit.accepted() < wanted)
                .map(unit ->
                        "broken off with %d of %d good pairs, and not asked for since; run augment with this defect"
                                .formatted(unit.accepted(), wanted));
    }

    /** How many samples of the run were rejected for each reason. */
    Map<String, Integer> reasons() {
        Map<String, Integer> sums = new TreeMap<>();
        units.values().forEach(unit -> unit.reasons().forEach((reason, n) -> sums.merge(reason, n, Integer::sum)));
        return sums;
    }

    /** The most frequent one first. */
    static String text(Map<String, Integer> reasons) {
        return reasons.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private Optional<UnitSamples> of(UnitKey key) {
        return Optional.ofNullable(units.get(key));
    }
}
