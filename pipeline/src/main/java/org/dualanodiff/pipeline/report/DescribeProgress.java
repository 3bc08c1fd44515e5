package org.dualanodiff.pipeline.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
import org.dualanodiff.pipeline.store.RunRegistry.UnitState;
import org.dualanodiff.pipeline.store.RunRegistry.UnitStatus;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.dualanodiff.pipeline.store.TrainingCurve.Point;

/** The report of a run that is under way: who works, units by what they are at, speed, curves, the latest sample sheets. */
public final class DescribeProgress {

    /** Units whose curves and sheets are shown; all that the status names are in the table. */
    public static final int CHAPTERS = 20;

    private static final String NONE = "-";

    private DescribeProgress() {}

    /**
     * A unit.
     *
     * @param curve of its adapter's training; empty before there is any, and of an adapter that was there
     * @param sheet the latest one
     */
    public record UnitProgress(UnitStatus status, Optional<TrainingCurve> curve, Optional<Image> sheet) {

        private String name() {
            return status.adapter().unit().toString();
        }

        private boolean trains() {
            return status.state() == UnitState.TRAINING;
        }

        private Optional<Point> last() {
            return curve.flatMap(TrainingCurve::last);
        }
    }

    /**
     * @param driver who is at work, in words; empty if nobody is
     * @param units those that the status names, in its order
     */
    public static ReportPage of(RunStatus status, Optional<String> driver, List<UnitProgress> units) {
        List<Section> sections = new ArrayList<>();
        sections.add(figures(status, units));
        sections.add(new Section.Text("Who works", List.of(work(driver))));
        List<UnitProgress> failed = units.stream()
                .filter(unit -> unit.status().problem().isPresent())
                .toList();
        if (!failed.isEmpty()) {
            sections.add(new Section.Table(
                    "Problems",
                    List.of("unit", "what happened"),
                    failed.stream()
                            .map(unit ->
                                    List.of(unit.name(), unit.status().problem().orElseThrow()))
                            .toList()));
        }
        sections.add(table(status, units));
        units.stream()
                .filter(unit -> unit.last().isPresent())
                .limit(CHAPTERS)
                .map(DescribeProgress::chapter)
                .forEach(sections::add);
        return new ReportPage("Run " + status.runId(), subtitle(status, driver), sections);
    }

    private static String subtitle(RunStatus status, Optional<String> driver) {
        return driver.isPresent()
                ? "under way, as of %s; load the page again for what is new"
                        .formatted(Readable.moment(status.updatedAt()))
                : "left unfinished at %s; nobody is at work".formatted(Readable.moment(status.updatedAt()));
    }

    private static String work(Optional<String> driver) {
        return driver.map(words ->
                        words + ". The page is rewritten twice a minute, and once more with all pairs at the end.")
                .orElse("Nobody. If the command has not ended by itself, run it again: it goes on from what is there.");
    }

    private static Section figures(RunStatus status, List<UnitProgress> units) {
        Map<String, Integer> counts = status.units();
        int all = counts.values().stream().mapToInt(Integer::intValue).sum();
        double speed = units.stream()
                .filter(UnitProgress::trains)
                .flatMap(unit -> unit.last().stream())
                .mapToDouble(Point::stepsPerSecond)
                .filter(Double::isFinite)
                .sum();
        double longest = units.stream()
                .filter(UnitProgress::trains)
                .flatMap(unit -> unit.curve().stream())
                .mapToDouble(TrainingCurve::secondsLeft)
                .filter(Double::isFinite)
                .max()
                .orElse(Double.NaN);
        List<Section.Figure> figures = new ArrayList<>();
        figures.add(new Section.Figure("units complete", "%d of %d".formatted(count(counts, UnitState.COMPLETE), all)));
        Arrays.stream(UnitState.values())
                .filter(state -> state != UnitState.COMPLETE && count(counts, state) > 0)
                .map(state -> new Section.Figure("units " + state.word(), Readable.count(count(counts, state))))
                .forEach(figures::add);
        figures.add(new Section.Figure(
                "pairs committed", Readable.count(status.pairs()) + " of " + Readable.count(status.wanted())));
        figures.add(new Section.Figure("pairs a second", Readable.digits(status.pairsPerSecond(), 3)));
        figures.add(new Section.Figure("steps a second, in all", speed == 0 ? NONE : Readable.digits(speed, 3)));
        figures.add(new Section.Figure("longest training ends in", duration(longest)));
        figures.add(new Section.Figure(
                "time left, about", status.secondsLeft().map(Readable::duration).orElse(NONE)));
        return new Section.KeyFigures("So far", figures);
    }

    private static int count(Map<String, Integer> units, UnitState state) {
        return units.getOrDefault(state.word(), 0);
    }

    private static Section table(RunStatus status, List<UnitProgress> units) {
        int all = status.units().values().stream().mapToInt(Integer::intValue).sum();
        String heading = units.size() < all ? "Units, %d of %d".formatted(units.size(), all) : "Units";
        return new Section.Table(
                heading,
                List.of(
                        "unit",
                        "at",
                        "step",
                        "of",
                        "loss",
                        "gradient norm",
                        "steps a second",
                        "left",
                        "good",
                        "rejected"),
                units.stream().map(DescribeProgress::row).toList());
    }

    private static List<String> row(UnitProgress unit) {
        Function<Function<Point, Double>, String> last = number ->
                unit.last().map(number).map(value -> Readable.digits(value, 3)).orElse(NONE);
        return List.of(
                unit.name(),
                unit.status().state().word(),
                unit.curve().map(curve -> Readable.count(curve.step())).orElse(NONE),
                unit.curve().map(curve -> Readable.count(curve.steps())).orElse(NONE),
                last.apply(Point::loss),
                last.apply(Point::gradientNorm),
                last.apply(Point::stepsPerSecond),
                unit.trains()
                        ? unit.curve()
                                .map(TrainingCurve::secondsLeft)
                                .map(DescribeProgress::duration)
                                .orElse(NONE)
                        : NONE,
                Readable.count(unit.status().accepted()),
                Readable.count(unit.status().rejected()));
    }

    private static String duration(double seconds) {
        return Double.isFinite(seconds) ? Readable.duration(seconds) : NONE;
    }

    private static Section.Chapter chapter(UnitProgress unit) {
        TrainingCurve curve = unit.curve().orElseThrow();
        List<Section> sections = new ArrayList<>();
        unit.sheet()
                .ifPresent(pixels -> sections.add(new Section.Picture(
                        "Sample sheet after step "
                                + Readable.count(curve.lastSheet().orElseThrow()),
                        "Real pairs above, below them what the adapter draws freely, of the same noise in each sheet.",
                        pixels)));
        sections.addAll(TrainingCharts.of(curve));
        String note = "%s: step %s of %s%s"
                .formatted(
                        unit.status().state().word(),
                        Readable.count(curve.step()),
                        Readable.count(curve.steps()),
                        unit.trains() ? ", " + duration(curve.secondsLeft()) + " left" : "");
        return new Section.Chapter(unit.name(), note, sections);
    }
}
