package org.dualanodiff.jobs.run;

import java.util.List;
import java.util.Optional;
import org.dualanodiff.pipeline.generate.GenerateResult;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.train.TrainResult;

/** Where the time of a unit's tasks went. */
final class UnitTimings {

    private UnitTimings() {}

    /** By the tasks of this command, or, where it had none, as the manifest before says. */
    static RunManifest.Timings of(
            AdapterId id, List<TrainResult> trained, List<GenerateResult> generated, Optional<RunManifest> before) {
        List<TrainResult> trainings = trained.stream()
                .filter(result -> result.adapter().equals(id) && result.succeeded())
                .toList();
        List<GenerateResult> generations = generated.stream()
                .filter(result -> result.unit().adapterId().equals(id) && result.succeeded())
                .toList();
        return new RunManifest.Timings(
                        RunManifest.Work.of(
                                trainings.stream().map(TrainResult::times).toList(),
                                trainings.stream()
                                        .mapToInt(TrainResult::stepsMade)
                                        .sum()),
                        RunManifest.Work.of(
                                generations.stream().map(GenerateResult::times).toList(),
                                generations.stream()
                                        .mapToInt(GenerateResult::pairs)
                                        .sum()))
                .orElse(before(id, before));
    }

    private static RunManifest.Timings before(AdapterId id, Optional<RunManifest> manifest) {
        return manifest.stream()
                .flatMap(found -> found.units().stream())
                .filter(unit -> unit.adapter()
                        .map(fingerprint -> new AdapterId(unit.category(), unit.defect(), fingerprint))
                        .equals(Optional.of(id)))
                .map(RunManifest.Unit::timings)
                .findFirst()
                .orElse(RunManifest.Timings.NONE);
    }
}
