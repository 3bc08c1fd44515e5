package org.dualanodiff.jobs.run;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.plan.Unusable;
import org.dualanodiff.pipeline.store.RunManifest;

/**
 * The units of a run that a command did nothing for: those without anything to learn from, and those that were not asked
 * for. Their samples are in the run's table all the same, so they stay in the manifest: as it was, and with what the table
 * has beyond it, such as samples of a command that was killed before it wrote its manifest.
 *
 * <p>What the manifest says is never taken back here. Nobody makes samples of these units anew in this command, so a file
 * that is gone stays listed, and {@code verify} finds that.
 */
final class UntouchedUnits {

    private final OutputFiles files;
    private final SampleVerdicts verdicts;
    private final List<RunManifest.Unit> before;

    /**
     * @param files of the run as they are now
     * @param verdicts on all samples of the run
     * @param before the manifest of the last time, if any
     */
    UntouchedUnits(OutputFiles files, SampleVerdicts verdicts, Optional<RunManifest> before) {
        this.files = files;
        this.verdicts = verdicts;
        this.before = before.map(RunManifest::units).orElse(List.of());
    }

    RunManifest.Unit unusable(Unusable set) {
        UnitKey key = new UnitKey(set.category(), set.defect());
        RunManifest.Unit known = before.stream()
                .filter(unit -> key.equals(key(unit)))
                .findFirst()
                .orElseGet(() -> unknown(key));
        return current(known, Optional.of(set.reason()));
    }

    /** Those of the manifest before in its order, then those that only the table has. */
    Stream<RunManifest.Unit> notAsked(Set<UnitKey> asked) {
        Set<UnitKey> listed = keys(before);
        Stream<RunManifest.Unit> known =
                before.stream().filter(unit -> !asked.contains(key(unit))).map(unit -> current(unit, unit.error()));
        Stream<RunManifest.Unit> found = verdicts.units().keySet().stream()
                .filter(unit -> !asked.contains(unit) && !listed.contains(unit))
                .sorted(Comparator.comparing(UnitKey::category).thenComparing(UnitKey::defect))
                .map(unit -> current(unknown(unit), verdicts.unfinished(unit)));
        return Stream.concat(known, found);
    }

    static Set<UnitKey> keys(List<RunManifest.Unit> units) {
        return Set.copyOf(units.stream().map(UntouchedUnits::key).toList());
    }

    private RunManifest.Unit current(RunManifest.Unit unit, Optional<String> error) {
        UnitKey key = key(unit);
        int listed = unit.samples().existing() + unit.samples().created();
        int there = verdicts.samples(key);
        boolean grown = there > listed;
        return new RunManifest.Unit(
                unit.category(),
                unit.defect(),
                unit.adapter().or(() -> files.adapter(key)),
                unit.training(),
                grown ? new RunManifest.SampleCounts(0, there, 0, 0, 0, 0) : unit.samples(),
                unit.generationSeconds(),
                unit.timings(),
                files.added(key, unit.files()),
                grown ? verdicts.quality(key) : unit.quality(),
                error);
    }

    private static RunManifest.Unit unknown(UnitKey key) {
        return new RunManifest.Unit(
                key.category(),
                key.defect(),
                Optional.empty(),
                Optional.empty(),
                RunManifest.SampleCounts.NONE,
                0,
                RunManifest.Timings.NONE,
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    private static UnitKey key(RunManifest.Unit unit) {
        return new UnitKey(unit.category(), unit.defect());
    }
}
