package org.dualanodiff.jobs.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.plan.Estimate;
import org.dualanodiff.pipeline.plan.Estimate.Pace;
import org.dualanodiff.pipeline.report.Readable;

/** An estimate as people read it. */
final class EstimateText {

    private static final int DIGITS = 2;

    private EstimateText() {}

    /** A line for each unit that there is something to do for, one for all, and where the figures come from. */
    static List<String> lines(Estimate estimate) {
        List<String> lines = new ArrayList<>();
        estimate.units().stream()
                .filter(unit -> unit.cost().steps() + unit.cost().pairs() > 0)
                .forEach(unit -> lines.add("expected for %s/%s: %s"
                        .formatted(unit.category(), unit.defect(), cost(unit.cost(), estimate))));
        lines.add("expected in all: " + cost(estimate.total(), estimate));
        lines.addAll(sources(estimate));
        return lines;
    }

    private static String cost(Estimate.Cost cost, Estimate estimate) {
        return "%s %s hours (training %s, generating %s), %s in the store; %s steps, %s pairs"
                .formatted(
                        number(cost.hours()),
                        device(estimate),
                        number(cost.trainingHours()),
                        number(cost.generationHours()),
                        cost.bytes() == null ? "unknown bytes" : Readable.bytes(cost.bytes()),
                        Readable.count(cost.steps()),
                        Readable.count(cost.pairs()));
    }

    /** What hours are counted of; where nothing was measured, those of GPUs are asked for. */
    private static String device(Estimate estimate) {
        boolean cpu = Stream.of(estimate.training(), estimate.generation())
                .filter(Objects::nonNull)
                .anyMatch(pace -> !pace.gpu());
        return cpu ? "CPU" : "GPU";
    }

    private static String number(Double hours) {
        return hours == null ? "unknown" : Readable.digits(hours, DIGITS);
    }

    private static List<String> sources(Estimate estimate) {
        boolean trains = estimate.total().steps() > 0;
        boolean generates = estimate.total().pairs() > 0;
        List<String> lines = new ArrayList<>();
        if (trains) {
            lines.add(source("training", "steps", estimate.training(), "rank, "));
        }
        if (generates) {
            lines.add(source("generating", "pairs", estimate.generation(), ""));
        }
        return lines;
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
}
