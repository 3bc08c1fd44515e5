package org.dualanodiff.jobs.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.plan.EstimatePlan.Estimate;
import org.dualanodiff.pipeline.plan.EstimatePlan.Estimate.Pace;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.report.Readable;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.run.RunSettings;

/** What people read before the work begins: the data set, the plan, and what it takes of time, of the store and of memory. */
final class PlanText {

    private static final int DIGITS = 2;

    private PlanText() {}

    /** In short what {@code inspect} says at length. */
    static List<String> lines(Dataset dataset) {
        List<String> lines = new ArrayList<>(List.of(dataset.counts()));
        dataset.warnings().forEach(warning -> lines.add("warning: " + warning));
        if (!dataset.quarantine().isEmpty()) {
            lines.add("warning: %d input files are set aside:"
                    .formatted(dataset.quarantine().size()));
            dataset.quarantine()
                    .forEach(file -> lines.add("  %s: %s (%s)".formatted(file.file(), file.reason(), file.detail())));
        }
        return lines;
    }

    static List<String> lines(Plan plan, RunInputs inputs) {
        List<String> lines = new ArrayList<>(plan.summary());
        inputs.backgrounds()
                .forEach((category, source) -> lines.add("%s: background compensation with %s object masks%s"
                        .formatted(
                                category,
                                source.masks() == null
                                        ? "automatic"
                                        : source.masks().folder(),
                                released(inputs.settings()))));
        return lines;
    }

    /** What background compensation brings with it where nobody set it. */
    private static String released(RunSettings settings) {
        Map<String, String> own = settings.ownWithCompensation();
        return own.isEmpty()
                ? ""
                : ", and with it, as in the released code, " + own.toString().replaceAll("[{}]", "");
    }

    /** A line for each unit that there is something to do for, one for all, where the figures come from, and the memory. */
    static List<String> lines(Estimate estimate, RunInputs inputs) {
        List<String> lines = new ArrayList<>();
        boolean measured = estimate.training() != null || estimate.generation() != null;
        estimate.units().stream()
                .filter(unit -> measured && unit.cost().steps() + unit.cost().pairs() > 0)
                .forEach(unit -> lines.add("expected for %s/%s: %s"
                        .formatted(unit.category(), unit.defect(), cost(unit.cost(), estimate))));
        lines.add("expected in all: " + (measured ? cost(estimate.total(), estimate) : work(estimate.total())));
        if (estimate.total().steps() > 0) {
            lines.add(source("training", "steps", estimate.training(), "rank, "));
        }
        if (estimate.total().pairs() > 0) {
            lines.add(source("generating", "pairs", estimate.generation(), ""));
        }
        lines.add(memory(inputs));
        return lines;
    }

    private static String work(Estimate.Cost cost) {
        return "unknown hours; %s steps, %s pairs"
                .formatted(Readable.count(cost.steps()), Readable.count(cost.pairs()));
    }

    private static String cost(Estimate.Cost cost, Estimate estimate) {
        return "%s %s hours (training %s, generating %s), %s in the store; %s steps, %s pairs"
                .formatted(
                        number(cost.hours()),
                        devices(estimate),
                        number(cost.trainingHours()),
                        number(cost.generationHours()),
                        cost.bytes() == null ? "unknown bytes" : Readable.bytes(cost.bytes()),
                        Readable.count(cost.steps()),
                        Readable.count(cost.pairs()));
    }

    /** What hours are counted of. */
    private static String devices(Estimate estimate) {
        boolean cpu = Stream.of(estimate.training(), estimate.generation())
                .filter(Objects::nonNull)
                .anyMatch(pace -> !pace.gpu());
        return cpu ? "CPU" : "GPU";
    }

    private static String number(Double hours) {
        return hours == null ? "unknown" : Readable.digits(hours, DIGITS);
    }

    private static String source(String work, String pieces, Pace pace, String also) {
        return pace == null
                ? ("no estimate for %s: no finished run in this store did it with the same base model, resolution, precision,"
                                + " %sand batch size, and nothing is assumed; run a small one first")
                        .formatted(work, also)
                : "by run %s: %s at %s %s/s a task and %s s beside it, on %s"
                        .formatted(
                                pace.run(),
                                work,
                                Readable.digits(pace.perSecond(), DIGITS + 1),
                                pieces,
                                Readable.digits(pace.taskSeconds(), DIGITS),
                                pace.device());
    }

    /** Of each device. */
    private static String memory(RunInputs inputs) {
        PipelineConfig config = inputs.settings().config();
        String device = device(config);
        // Of the category that needs most: background compensation computes more of each pair.
        TrainingConfig training = inputs.settings()
                .training(inputs.backgrounds().values().stream()
                        .map(BackgroundSource::mode)
                        .findFirst()
                        .orElse(BackgroundMode.OFF));
        Precision trained = Compute.trainingPrecision(config.compute().forTraining(), device);
        Precision generated = Compute.generationPrecision(config.compute().forGeneration(), device);
        int pairs = training.microBatchSize() == 0 ? training.batchSize() : training.microBatchSize();
        int resolution = inputs.settings().resolution();
        int batch = config.generation().batchSize();
        return "memory of the %s: training about %s (%d pairs at once, %s%s), generating about %s (%d pairs, %s)"
                .formatted(
                        device.equals("cpu") ? "CPU" : "GPU",
                        Readable.bytes(inputs.memory()
                                .training(
                                        trained,
                                        resolution,
                                        training.rank(),
                                        pairs,
                                        training.recompute(),
                                        training.compensated())),
                        pairs,
                        trained,
                        training.recompute() ? ", recomputed" : "",
                        Readable.bytes(inputs.memory().generation(generated, resolution, batch)),
                        batch,
                        generated);
    }

    /** The kind of device that tasks will have, as far as the settings tell. */
    private static String device(PipelineConfig config) {
        String setting = config.compute().device();
        if (!setting.equals("auto")) {
            return setting;
        }
        return config.spark().conf().containsKey(SparkSessions.TASK_GPUS) ? "cuda" : "cpu";
    }
}
