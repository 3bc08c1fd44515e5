package org.dualanodiff.jobs.run;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.jobs.spark.NativeTask;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.plan.EstimatePlan.Estimate;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.plan.Plan.Unusable;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects what a run did, for its manifest and for the last line of its output. */
public final class RunReport {

    /** The status of a run of which only the plan is shown. */
    static final String PLANNED = "planned";

    /** Units that the sentence for people names one by one. */
    private static final int MOST_NAMED = 100;

    private final RunIdentity identity;
    private final RunInputs inputs;
    private final Plan plan;
    private final Instant started;
    private final Map<UnitKey, UnitReport.Outcome> outcomes = new HashMap<>();
    private List<RunManifest.Unit> others = List.of();
    private boolean generated;

    RunReport(RunIdentity identity, RunInputs inputs, Plan plan, Instant started) {
        this.identity = identity;
        this.inputs = inputs;
        this.plan = plan;
        this.started = started;
    }

    void ended(UnitReport.Outcome outcome) {
        outcomes.put(outcome.unit().unit(), outcome);
    }

    /** Where and when the tasks of all units worked. */
    List<NativeTask.Record> tasks() {
        return outcomes.values().stream()
                .flatMap(outcome -> outcome.tasks().stream())
                .toList();
    }

    /**
     * The units of the run that this command did nothing for, those without anything to learn from and those that were not
     * asked for: they stay in the manifest, as it was, and with what has been committed since.
     *
     * @param commits all of the run, by unit
     * @param before the manifest of the last time, if any
     */
    void untouched(Map<UnitKey, UnitCommit> commits, Optional<RunManifest> before) {
        generated = true;
        Map<UnitKey, RunManifest.Unit> known = new TreeMap<>(UnitKey.ORDER);
        before.map(RunManifest::byUnit).ifPresent(known::putAll);
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
        Optional<RunManifest.Unit> line = Optional.ofNullable(known);
        RunManifest.SampleCounts samples = line.map(RunManifest.Unit::samples).orElse(RunManifest.SampleCounts.NONE);
        int there = commit == null ? 0 : commit.pairs();
        boolean grown = there > samples.existing() + samples.created();
        return new RunManifest.Unit(
                key.category(),
                key.defect(),
                line.flatMap(RunManifest.Unit::adapter)
                        .or(() -> Optional.ofNullable(commit).map(UnitCommit::adapter)),
                line.flatMap(RunManifest.Unit::training),
                grown ? new RunManifest.SampleCounts(0, there, 0, 0, 0, 0) : samples,
                line.map(RunManifest.Unit::generationSeconds).orElse(0.0),
                line.map(RunManifest.Unit::timings).orElse(RunManifest.Timings.NONE),
                commit != null
                        ? UnitReport.files(commit)
                        : line.map(RunManifest.Unit::files).orElse(List.of()),
                grown ? UnitReport.quality(commit, wanted) : line.flatMap(RunManifest.Unit::quality),
                Optional.ofNullable(reason)
                        .or(() -> line.map(RunManifest.Unit::error).orElseGet(() -> brokenOff(commit, wanted))));
    }

    private static Optional<String> brokenOff(UnitCommit commit, int wanted) {
        int good = commit == null ? wanted : commit.accepted().size();
        return good >= wanted
                ? Optional.empty()
                : Optional.of(
                        "broken off with %d of %d good pairs, and not asked for since; run augment with this defect"
                                .formatted(good, wanted));
    }

    /** A line for each of the first units that are not complete. */
    List<String> problems() {
        List<RunManifest.Unit> incomplete = planned()
                .map(UnitReport.Outcome::unit)
                .filter(unit -> unit.error().isPresent())
                .toList();
        List<String> lines = new ArrayList<>();
        incomplete.stream()
                .limit(MOST_NAMED)
                .forEach(unit ->
                        lines.add("%s: %s".formatted(unit.unit(), unit.error().get())));
        if (incomplete.size() > MOST_NAMED) {
            lines.add("%d more units are not complete; the manifest names them all"
                    .formatted(incomplete.size() - MOST_NAMED));
        }
        return lines;
    }

    RunManifest manifest(String sparkVersion) {
        List<RunManifest.Unit> units = Stream.concat(planned().map(UnitReport.Outcome::unit), others.stream())
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

    /** In the order of the plan. */
    private Stream<UnitReport.Outcome> planned() {
        return plan.units().stream()
                .map(unit -> outcomes.get(unit.adapter().unit()))
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
    Summary summary(String manifest) {
        return summary(failedUnits() == 0 ? "complete" : "partial", null, manifest);
    }

    /** @param estimate of what was only planned, or null */
    Summary summary(String status, Estimate estimate, String manifest) {
        RunManifest.SampleCounts samples = outcomes.values().stream()
                .map(outcome -> outcome.unit().samples())
                .reduce(RunManifest.SampleCounts.NONE, RunManifest.SampleCounts::plus);
        return new Summary(
                identity.runId(),
                status,
                (int) outcomes.values().stream()
                        .filter(UnitReport.Outcome::trained)
                        .count(),
                (int) plan.units().stream().filter(unit -> !unit.train()).count(),
                outcomes.isEmpty()
                        ? plan.units().stream().mapToInt(Plan.Unit::existing).sum()
                        : samples.existing(),
                samples.created(),
                samples.accepted(),
                samples.rejected(),
                generated ? samples.failed() : 0,
                failedUnits(),
                inputs.dataset().quarantine().size(),
                Duration.between(started, Instant.now()).toMillis() / 1000.0,
                rate(UnitReport.Outcome::steps, UnitReport.Outcome::trainingSeconds),
                rate(UnitReport.Outcome::pairs, UnitReport.Outcome::generationSeconds),
                sum(UnitReport.Outcome::gpuSeconds),
                estimate,
                rejections(),
                manifest);
    }

    private Map<String, Integer> rejections() {
        Map<String, Integer> sums = new TreeMap<>();
        Stream.concat(outcomes.values().stream().map(UnitReport.Outcome::unit), others.stream())
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

    private double sum(ToDoubleFunction<UnitReport.Outcome> part) {
        return outcomes.values().stream().mapToDouble(part).sum();
    }

    /** Null where nothing was done. */
    private Double rate(ToDoubleFunction<UnitReport.Outcome> done, ToDoubleFunction<UnitReport.Outcome> seconds) {
        double all = sum(done);
        return all == 0 ? null : Double.valueOf(all / sum(seconds));
    }

    /** A summary as one line of JSON, without what is absent. */
    public static String line(Object summary) {
        return new GsonBuilder()
                .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                .disableHtmlEscaping()
                .create()
                .toJson(summary);
    }

    /**
     * The last line of a run on standard output: what happened, for the program that started it.
     *
     * @param status {@code complete}, {@code partial} or {@code planned}
     * @param trained adapters trained now
     * @param reused adapters that the store had
     * @param existing samples that the run had before
     * @param generated samples made now, rejected ones included
     * @param failed samples asked for that were not made
     * @param quarantined input files set aside
     * @param stepsPerSecond training steps a second of task time; absent if none was made
     * @param pairsPerSecond pairs a second of task time; absent if none was made
     * @param gpuSeconds for which tasks that succeeded held GPUs
     * @param estimate what the planned work is going to take; absent unless it was only planned
     * @param rejections how many of the run's samples were rejected for each reason, those made earlier included
     * @param manifest its address; absent when nothing was written
     */
    public record Summary(
            String runId,
            String status,
            int trained,
            int reused,
            int existing,
            int generated,
            int accepted,
            int rejected,
            int failed,
            int failedUnits,
            int quarantined,
            double seconds,
            Double stepsPerSecond,
            Double pairsPerSecond,
            double gpuSeconds,
            Estimate estimate,
            Map<String, Integer> rejections,
            String manifest) {

        /** Whether some units failed. */
        public boolean partial() {
            return status.equals("partial");
        }

        /** The same for people. */
        public String sentence() {
            if (status.equals(PLANNED)) {
                return String.format(Locale.ROOT, "planned, nothing was written; %.0f s", seconds);
            }
            StringBuilder text = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%s: %d adapters trained, %d reused; %d pairs generated (%d accepted, %d rejected), %d there before",
                    status,
                    trained,
                    reused,
                    generated,
                    accepted,
                    rejected,
                    existing));
            if (!rejections.isEmpty()) {
                text.append("; rejected in all for ").append(UnitReport.reasons(rejections));
            }
            if (failed > 0 || failedUnits > 0) {
                text.append(
                        String.format(Locale.ROOT, "; %d units not complete, %d pairs failed", failedUnits, failed));
            }
            if (stepsPerSecond != null) {
                text.append(String.format(Locale.ROOT, "; %.2f steps/s a task", stepsPerSecond));
            }
            if (pairsPerSecond != null) {
                text.append(String.format(Locale.ROOT, "; %.2f pairs/s a task", pairsPerSecond));
            }
            return text.append(String.format(Locale.ROOT, "; %.0f s", seconds)).toString();
        }

        /** One line of JSON. */
        public String json() {
            return line(this);
        }
    }

    /**
     * How a command ended, in the store: {@code result.json} for those who see neither its exit code nor its output, as in
     * Spark's cluster mode, and where each of its tasks worked. To be written under the run's lease only.
     */
    record Outcome(ObjectStore store, String runId, Instant started) {

        private static final Logger LOG = LoggerFactory.getLogger(Outcome.class);

        /** Records that a command is under way, in the place of what the one before has left. */
        static Outcome begin(ObjectStore store, String runId, Instant started) {
            Outcome outcome = new Outcome(store, runId, started);
            outcome.write(outcome.result("running"));
            return outcome;
        }

        /** The last line of the command's output, with its times. */
        void ended(RunReport.Summary summary, List<NativeTask.Record> tasks) {
            JsonObject result = JsonParser.parseString(summary.json()).getAsJsonObject();
            result.addProperty("format", Json.FORMAT);
            result.addProperty("started_at", started.toString());
            result.addProperty("finished_at", Instant.now().toString());
            write(tasks);
            write(result);
        }

        /** The store may be what failed; then nothing more can be said there. */
        void failed(Exception failure, List<NativeTask.Record> tasks) {
            JsonObject result = result("failed");
            result.addProperty("error", String.valueOf(failure.getMessage()));
            result.addProperty("finished_at", Instant.now().toString());
            try {
                write(tasks);
                write(result);
            } catch (StoreException e) {
                LOG.warn("the result of this command was not written: {}", e.getMessage());
            }
        }

        private JsonObject result(String status) {
            JsonObject result = new JsonObject();
            result.addProperty("format", Json.FORMAT);
            result.addProperty("run_id", runId);
            result.addProperty("status", status);
            result.addProperty("started_at", started.toString());
            return result;
        }

        private void write(JsonObject result) {
            store.write(StoreLayout.result(runId), (result + "\n").getBytes(StandardCharsets.UTF_8));
        }

        private void write(List<NativeTask.Record> tasks) {
            if (!tasks.isEmpty()) {
                store.write(StoreLayout.tasks(runId, started), Json.record(Map.of("tasks", tasks)));
            }
        }
    }
}
