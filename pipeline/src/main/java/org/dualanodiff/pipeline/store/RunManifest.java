package org.dualanodiff.pipeline.store;

import static java.util.Objects.requireNonNull;

import com.google.gson.annotations.SerializedName;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.RunRegistry.Settings;

/**
 * What a run did: {@code manifest.json}, written last. Put together on the driver; not for sending between tasks.
 *
 * @param settings the run's settings, those that leave the pixels alone included
 * @param versions of the product and of what it ran on, by name
 */
public record RunManifest(
        String runId,
        Status status,
        Instant startedAt,
        Instant finishedAt,
        Map<String, String> settings,
        List<Unit> units,
        List<Quarantined> quarantine,
        Totals totals,
        Map<String, String> versions) {

    public RunManifest {
        requireNonNull(runId, "run_id");
        requireNonNull(status, "status");
        requireNonNull(totals, "totals");
        settings = Settings.sorted(requireNonNull(settings, "settings"));
        units = List.copyOf(requireNonNull(units, "units"));
        quarantine = List.copyOf(requireNonNull(quarantine, "quarantine"));
        versions = Settings.sorted(requireNonNull(versions, "versions"));
    }

    /** A manifest whose status and totals follow from its units. */
    public static RunManifest of(
            String runId,
            Instant startedAt,
            Instant finishedAt,
            Map<String, String> settings,
            List<Unit> units,
            List<Quarantined> quarantine,
            Map<String, String> versions) {
        return new RunManifest(
                runId,
                Status.of(units),
                startedAt,
                finishedAt,
                settings,
                units,
                quarantine,
                Totals.of(units, quarantine),
                versions);
    }

    /** Its lines. */
    public Map<UnitKey, Unit> byUnit() {
        return units.stream().collect(Collectors.toMap(Unit::unit, unit -> unit, (a, b) -> b));
    }

    public enum Status {
        @SerializedName("complete")
        COMPLETE,
        @SerializedName("partial")
        PARTIAL;

        static Status of(List<Unit> units) {
            return units.stream().allMatch(Unit::succeeded) ? COMPLETE : PARTIAL;
        }
    }

    /**
     * One (category, defect).
     *
     * @param adapter empty if the set had nothing to train on
     * @param training empty if it failed or never began
     * @param timings where the time of its tasks went
     * @param files what was written, where it is known
     * @param quality verdicts over all of the run's samples; empty if it has none
     * @param error why the unit is not complete
     */
    public record Unit(
            String category,
            String defect,
            Optional<Fingerprint> adapter,
            Optional<Training> training,
            SampleCounts samples,
            double generationSeconds,
            Timings timings,
            List<OutputFile> files,
            Optional<Quality> quality,
            Optional<String> error) {
        public Unit {
            requireNonNull(category, "units.category");
            requireNonNull(defect, "units.defect");
            requireNonNull(adapter, "units.adapter");
            requireNonNull(training, "units.training");
            requireNonNull(samples, "units.samples");
            requireNonNull(error, "units.error");
            files = List.copyOf(requireNonNull(files, "units.files"));
            quality = quality == null ? Optional.empty() : quality;
            timings = timings == null ? Timings.NONE : timings;
        }

        public UnitKey unit() {
            return new UnitKey(category, defect);
        }

        /** Whether nothing of it failed; samples that the quality gate rejected are no failure. */
        public boolean succeeded() {
            return error.isEmpty() && samples.failed() == 0;
        }
    }

    /**
     * Verdicts over all samples that the run has of a unit, by this command and earlier ones.
     *
     * @param wanted good samples that there shall be
     * @param reasons how many were rejected for each; a sample may have several
     */
    public record Quality(int wanted, int accepted, int rejected, Map<String, Integer> reasons) {
        public Quality {
            reasons = Collections.unmodifiableMap(new TreeMap<>(requireNonNull(reasons, "units.quality.reasons")));
        }
    }

    /**
     * Where the time of a unit's tasks went, by the last command that had such tasks; a command that finds all there leaves
     * it as it was. Empty where no command of this run had any, and in manifests of the first versions.
     */
    public record Timings(Optional<Work> training, Optional<Work> generation) {
        public static final Timings NONE = new Timings(Optional.empty(), Optional.empty());

        public Timings {
            requireNonNull(training, "units.timings.training");
            requireNonNull(generation, "units.timings.generation");
        }

        /** These, or where a kind of work is missing, those before. */
        public Timings orElse(Timings before) {
            return new Timings(training.or(before::training), generation.or(before::generation));
        }
    }

    /**
     * Tasks of one kind that succeeded, summed; in seconds of tasks, of which several may run at once.
     *
     * @param done training steps, or pairs
     * @param queuedSeconds the shortest wait of any of them for an executor
     * @param loadingSeconds of base model, adapter, images and their latents
     * @param workingSeconds of training or generating
     * @param writingSeconds of files, the store included
     * @param gpuSeconds in which a task held a GPU
     * @param perSecond steps or pairs a second of working
     * @param devices in words
     */
    public record Work(
            int tasks,
            int done,
            double queuedSeconds,
            double loadingSeconds,
            double workingSeconds,
            double writingSeconds,
            double gpuSeconds,
            double perSecond,
            List<String> devices) {
        public Work {
            devices = List.copyOf(requireNonNull(devices, "units.timings.devices"));
        }

        /** The sum; empty if there was no task. */
        public static Optional<Work> of(List<TaskTimes> tasks, int done) {
            double working = sum(tasks, TaskTimes::working);
            return tasks.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Work(
                            tasks.size(),
                            done,
                            tasks.stream().mapToDouble(TaskTimes::queued).min().orElseThrow(),
                            sum(tasks, TaskTimes::loading),
                            working,
                            sum(tasks, TaskTimes::writing),
                            sum(tasks, TaskTimes::gpu),
                            working == 0 ? 0 : done / working,
                            tasks.stream()
                                    .map(TaskTimes::device)
                                    .distinct()
                                    .sorted()
                                    .toList()));
        }

        private static double sum(List<TaskTimes> tasks, ToDoubleFunction<TaskTimes> part) {
            return tasks.stream().mapToDouble(part).sum();
        }
    }

    /** The training of a unit's adapter: in this run, or, if reused, in an earlier one. */
    public record Training(Source source, int steps, double finalLoss, double seconds) {

        public Training reused() {
            return new Training(Source.REUSED, steps, finalLoss, seconds);
        }

        public enum Source {
            @SerializedName("trained")
            TRAINED,
            @SerializedName("reused")
            REUSED
        }
    }

    /**
     * Samples of a unit.
     *
     * @param planned how many this run was to make, replacements of rejected ones included
     * @param existing how many were there before
     * @param created how many this run wrote: accepted, rejected and failed ones
     */
    public record SampleCounts(int planned, int existing, int created, int accepted, int rejected, int failed) {
        public static final SampleCounts NONE = new SampleCounts(0, 0, 0, 0, 0, 0);

        public SampleCounts plus(SampleCounts other) {
            return new SampleCounts(
                    planned + other.planned,
                    existing + other.existing,
                    created + other.created,
                    accepted + other.accepted,
                    rejected + other.rejected,
                    failed + other.failed);
        }
    }

    /**
     * A file of the run, by its key in the store.
     *
     * @param sha256 of its content; manifests of the first versions have none
     */
    public record OutputFile(String key, long bytes, Optional<Long> rows, Optional<String> sha256) {
        public OutputFile {
            requireNonNull(rows, "files.rows");
            sha256 = sha256 == null ? Optional.empty() : sha256;
        }
    }

    /** An input file that was set aside, and why. */
    public record Quarantined(String category, String defect, String file, String reason, String detail) {}

    /** Sums over the units; training counts what this run trained, not what it reused. */
    public record Totals(
            int units,
            int unitsFailed,
            int adaptersTrained,
            int adaptersReused,
            SampleCounts samples,
            double trainingSeconds,
            double generationSeconds,
            int quarantined) {

        static Totals of(List<Unit> units, List<Quarantined> quarantine) {
            List<Training> trained = trainings(units, Training.Source.TRAINED);
            return new Totals(
                    units.size(),
                    (int) units.stream().filter(unit -> !unit.succeeded()).count(),
                    trained.size(),
                    trainings(units, Training.Source.REUSED).size(),
                    units.stream().map(Unit::samples).reduce(SampleCounts.NONE, SampleCounts::plus),
                    trained.stream().mapToDouble(Training::seconds).sum(),
                    units.stream().mapToDouble(Unit::generationSeconds).sum(),
                    quarantine.size());
        }

        private static List<Training> trainings(List<Unit> units, Training.Source source) {
            return units.stream()
                    .flatMap(unit -> unit.training().stream())
                    .filter(training -> training.source() == source)
                    .toList();
        }
    }
}
