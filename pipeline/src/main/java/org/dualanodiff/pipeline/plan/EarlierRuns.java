package org.dualanodiff.pipeline.plan;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.plan.EstimatePlan.Estimate.Pace;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.RunManifest;

/**
 * What earlier runs of a store tell about work like that of a run with these settings. Each figure is that of the newest
 * run that did such work: with the same base model, resolution, precision and batch size, and for trainings of the same
 * rank.
 */
final class EarlierRuns {

    private static final List<String> MODEL = List.of("base-model", "resolution", "compute.precision");
    private static final List<String> TRAINING = List.of("training.batch-size", "training.rank");
    private static final List<String> GENERATION =
            List.of("generation.batch-size", "generation.background", "generation.strength");
    private static final String STEPS = "generation.steps";
    private static final String GUIDANCE = "generation.guidance-scale";

    private final List<RunManifest> newestFirst;
    private final Map<String, String> settings;

    EarlierRuns(List<RunManifest> manifests, Map<String, String> settings) {
        this.newestFirst = manifests.stream()
                .sorted(Comparator.comparing(RunManifest::finishedAt).reversed())
                .toList();
        this.settings = settings;
    }

    /** Steps; empty if no run trained like this. */
    Optional<Pace> training() {
        return newestFirst.stream()
                .filter(run -> agrees(run, MODEL) && agrees(run, TRAINING))
                .flatMap(run -> pace(run, RunManifest.Timings::training).stream())
                .findFirst();
    }

    /** Pairs; empty if no run generated like this. A pair takes as much longer as it has more steps. */
    Optional<Pace> generation() {
        return generating()
                .flatMap(run -> pace(run, RunManifest.Timings::generation).stream()
                        .map(pace -> pace.times(steps(settings) / steps(run.settings()))))
                .findFirst();
    }

    /** The share of good pairs, of the same defect if it was generated; empty if there were no verdicts. */
    Optional<Double> acceptedShare(UnitKey unit) {
        return generating()
                .flatMap(run -> share(run, unit).or(() -> share(run, null)).stream())
                .findFirst();
    }

    /** Parquet bytes of a row, pictures included. */
    Optional<Double> rowBytes() {
        return generating()
                .flatMap(run ->
                        bytesPerRow(run.units().stream()
                                        .flatMap(unit -> unit.files().stream())
                                        .toList())
                                .stream())
                .findFirst();
    }

    /** Adapters of runs that trained like this, those of the newest first. */
    Stream<AdapterId> adapters() {
        return newestFirst.stream()
                .filter(run -> agrees(run, MODEL) && agrees(run, List.of("training.rank")))
                .flatMap(run -> run.units().stream())
                .flatMap(unit -> unit.adapter().map(fingerprint -> new AdapterId(unit.unit(), fingerprint)).stream());
    }

    private Stream<RunManifest> generating() {
        return newestFirst.stream()
                .filter(run -> agrees(run, MODEL)
                        && agrees(run, GENERATION)
                        && run.settings().containsKey(STEPS))
                .filter(run -> guided(run.settings()) == guided(settings));
    }

    private boolean agrees(RunManifest run, List<String> names) {
        return names.stream()
                .allMatch(name ->
                        Objects.equals(settings.get(name), run.settings().get(name)));
    }

    private static Optional<Pace> pace(
            RunManifest run, Function<RunManifest.Timings, Optional<RunManifest.Work>> kind) {
        return Pace.of(
                run.runId(),
                run.units().stream()
                        .flatMap(unit -> kind.apply(unit.timings()).stream())
                        .toList());
    }

    /** @param unit null for all */
    private static Optional<Double> share(RunManifest run, UnitKey unit) {
        List<RunManifest.Quality> verdicts = run.units().stream()
                .filter(of -> unit == null || unit.equals(of.unit()))
                .flatMap(of -> of.quality().stream())
                .toList();
        int accepted = verdicts.stream().mapToInt(RunManifest.Quality::accepted).sum();
        int all = accepted
                + verdicts.stream().mapToInt(RunManifest.Quality::rejected).sum();
        return all == 0 ? Optional.empty() : Optional.of(accepted / (double) all);
    }

    private static Optional<Double> bytesPerRow(List<RunManifest.OutputFile> files) {
        List<RunManifest.OutputFile> counted =
                files.stream().filter(file -> file.rows().orElse(0L) > 0).toList();
        double rows =
                counted.stream().mapToLong(file -> file.rows().orElseThrow()).sum();
        long bytes = counted.stream().mapToLong(RunManifest.OutputFile::bytes).sum();
        return rows == 0 ? Optional.empty() : Optional.of(bytes / rows);
    }

    private static double steps(Map<String, String> settings) {
        return Double.parseDouble(settings.get(STEPS));
    }

    private static boolean guided(Map<String, String> settings) {
        return Double.parseDouble(settings.getOrDefault(GUIDANCE, "1")) > 1;
    }
}
