package org.dualanodiff.pipeline.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.Measured;
import org.dualanodiff.pipeline.evaluate.EvaluationFiles;
import org.dualanodiff.pipeline.evaluate.EvaluationReport;
import org.dualanodiff.pipeline.evaluate.EvaluationTable;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.RunManifest;
import org.dualanodiff.pipeline.store.RunManifest.Quality;

/** The report of a run: summary, units, one chapter a defect, files set aside, settings. */
public final class DescribeRun {

    /** Pixels of the longer side of a picture. Twenty defects with twelve pairs each then stay below 10 MB. */
    public static final int CELL = 128;

    private static final int PAIRS_ON_A_PAGE = 160;
    private static final int FEWEST_PAIRS = 2;
    private static final int QUARANTINED_SHOWN = 100;

    private static final String NOTE =
            "Detectors trained under one budget, tested on real images that no training saw. Means over seeds, the range over seeds in brackets.";
    private static final String CASES =
            "Located best on the left, worst on the right; from above: test image, true mask, the detector's map.";

    private DescribeRun() {}

    /**
     * @param units in the order of the manifest's
     * @param evaluation whether the pairs help detectors, if that was measured
     */
    public static ReportPage of(
            RunManifest manifest, List<UnitFacts> units, Optional<EvaluationFiles.Found> evaluation) {
        List<Section> sections = new ArrayList<>();
        sections.add(summary(manifest, units));
        if (units.stream().anyMatch(facts -> facts.unit().error().isPresent())) {
            sections.add(problems(units));
        }
        sections.add(unitTable(units));
        evaluation.map(DescribeRun::evaluation).ifPresent(sections::add);
        int shown = pairsShown(units.size());
        units.forEach(facts -> sections.add(DescribeUnit.of(facts, shown)));
        if (!manifest.quarantine().isEmpty()) {
            sections.add(quarantine(manifest.quarantine()));
        }
        sections.add(origin(manifest));
        sections.add(new Section.Table("Settings", List.of("setting", "value"), rows(manifest.settings())));
        return new ReportPage("Run " + manifest.runId(), subtitle(manifest, units), sections);
    }

    /** Of each kind and defect; fewer where there are many defects, so that the page stays light. */
    private static int pairsShown(int units) {
        return Math.max(FEWEST_PAIRS, Math.min(GeneratedPairs.ACCEPTED_EXAMPLES, PAIRS_ON_A_PAGE / Math.max(1, units)));
    }

    private static String subtitle(RunManifest manifest, List<UnitFacts> units) {
        long categories =
                units.stream().map(facts -> facts.unit().category()).distinct().count();
        int all = manifest.units().size();
        return "%s, finished %s, %d defects of %d %s%s"
                .formatted(
                        manifest.status().name().toLowerCase(Locale.ROOT),
                        Readable.time(manifest.finishedAt()),
                        units.size(),
                        categories,
                        categories == 1 ? "category" : "categories",
                        all > units.size() ? "; the manifest lists all %d".formatted(all) : "");
    }

    private static Section summary(RunManifest manifest, List<UnitFacts> units) {
        List<RunManifest.Unit> others = others(manifest, units);
        int pairs = sum(units, facts -> facts.generated().all());
        double seconds =
                units.stream().mapToDouble(facts -> facts.generated().seconds()).sum();
        int accepted = sum(units, facts -> facts.generated().accepted()) + pairs(others, Quality::accepted);
        int rejected = sum(units, facts -> facts.generated().rejected()) + pairs(others, Quality::rejected);
        // Of the others nothing more is known.
        String shown = others.isEmpty() ? "" : " of those shown";
        RunManifest.Totals totals = manifest.totals();
        return new Section.KeyFigures(
                "Summary",
                List.of(
                        new Section.Figure("accepted pairs", Readable.count(accepted)),
                        new Section.Figure("rejected pairs", Readable.count(rejected)),
                        new Section.Figure("accepted", Readable.share(accepted, accepted + rejected)),
                        new Section.Figure(
                                "real training pairs" + shown, Readable.count(sum(units, facts -> realPairs(facts)))),
                        new Section.Figure("adapters trained", Readable.count(totals.adaptersTrained())),
                        new Section.Figure("adapters reused", Readable.count(totals.adaptersReused())),
                        new Section.Figure("units failed", Readable.count(totals.unitsFailed())),
                        new Section.Figure("pairs per device second", Readable.digits(pairs / seconds, 3)),
                        new Section.Figure("training, device time", Readable.duration(totals.trainingSeconds())),
                        new Section.Figure("generating, device time" + shown, Readable.duration(seconds)),
                        new Section.Figure("last run took", Readable.duration(seconds(manifest)))));
    }

    /** Units without a chapter, of which the manifest alone tells. */
    private static List<RunManifest.Unit> others(RunManifest manifest, List<UnitFacts> units) {
        Set<UnitKey> shown = units.stream().map(facts -> facts.unit().unit()).collect(Collectors.toSet());
        return manifest.units().stream()
                .filter(unit -> !shown.contains(unit.unit()))
                .toList();
    }

    private static int pairs(List<RunManifest.Unit> units, ToIntFunction<Quality> number) {
        return units.stream()
                .flatMap(unit -> unit.quality().stream())
                .mapToInt(number)
                .sum();
    }

    private static double seconds(RunManifest manifest) {
        return Duration.between(manifest.startedAt(), manifest.finishedAt()).toMillis() / 1000.0;
    }

    private static int sum(List<UnitFacts> units, ToIntFunction<UnitFacts> number) {
        return units.stream().mapToInt(number).sum();
    }

    private static int realPairs(UnitFacts facts) {
        return facts.real().maskShares().size();
    }

    private static Section problems(List<UnitFacts> units) {
        return new Section.Table(
                "Problems",
                List.of("unit", "what happened"),
                units.stream()
                        .filter(facts -> facts.unit().error().isPresent())
                        .map(facts -> List.of(facts.name(), facts.unit().error().orElseThrow()))
                        .toList());
    }

    private static Section unitTable(List<UnitFacts> units) {
        return new Section.Table(
                "Defects",
                List.of(
                        "category",
                        "defect",
                        "real",
                        "accepted",
                        "rejected",
                        "mask area, real",
                        "generated",
                        "steps",
                        "last loss",
                        "training",
                        "a pair"),
                units.stream().map(DescribeRun::unitRow).toList());
    }

    private static List<String> unitRow(UnitFacts facts) {
        GeneratedPairs generated = facts.generated();
        var training = facts.unit().training();
        return List.of(
                facts.unit().category(),
                facts.unit().defect(),
                Readable.count(realPairs(facts)),
                Readable.count(generated.accepted()),
                Readable.count(generated.rejected()),
                percent(DescribeUnit.realShares(facts)),
                percent(DescribeUnit.generatedShares(facts)),
                training.map(t -> Readable.count(t.steps())).orElse("-"),
                training.map(t -> Readable.digits(t.finalLoss(), 3)).orElse("-"),
                training.map(t -> Readable.duration(t.seconds())).orElse("-"),
                generated.all() == 0 ? "-" : Readable.duration(generated.seconds() / generated.all()));
    }

    private static String percent(Section.Sample shares) {
        return shares.values().length == 0 ? "-" : Readable.digits(shares.median(), 2) + " %";
    }

    private static Section quarantine(List<RunManifest.Quarantined> files) {
        int more = files.size() - QUARANTINED_SHOWN;
        Stream<List<String>> shown = files.stream()
                .limit(QUARANTINED_SHOWN)
                .map(file -> List.of(file.file(), file.reason(), String.valueOf(file.detail())));
        Stream<List<String>> rest =
                more > 0 ? Stream.of(List.of("and %d more, see the manifest".formatted(more), "", "")) : Stream.empty();
        return new Section.Table(
                "Input files set aside",
                List.of("file", "reason", "detail"),
                Stream.concat(shown, rest).toList());
    }

    private static Section origin(RunManifest manifest) {
        Map<String, String> facts = new TreeMap<>(manifest.versions());
        facts.put("run", manifest.runId());
        facts.put("started", Readable.time(manifest.startedAt()));
        facts.put("finished", Readable.time(manifest.finishedAt()));
        return new Section.Table("Provenance", List.of("what", "value"), rows(facts));
    }

    static List<List<String>> rows(Map<String, String> facts) {
        return facts.entrySet().stream()
                .map(entry -> List.of(entry.getKey(), entry.getValue()))
                .collect(Collectors.toList());
    }

    /**
     * All that a report says about one (category, defect) of a run.
     *
     * @param unit what the run's manifest says
     * @param adapter where its adapter comes from; empty if it has none
     */
    public record UnitFacts(
            RunManifest.Unit unit, Optional<Provenance> adapter, RealPairs real, GeneratedPairs generated) {

        String name() {
            return unit.category() + "/" + unit.defect();
        }
    }

    /** Whether the generated pairs help detectors: verdicts, metrics of all arms, cases. */
    private static Section.Chapter evaluation(EvaluationFiles.Found evaluated) {
        List<Section> sections = new ArrayList<>();
        for (EvaluationReport.Category category : evaluated.report().categories()) {
            sections.add(new Section.Text(category.category(), category.remarks()));
            EvaluationTable.of(category).forEach(table -> sections.add(table(table)));
            sections.addAll(losses(category, evaluated.report().settings().steps()));
        }
        evaluated
                .sheets()
                .forEach((name, png) -> sections.add(new Section.Picture("Cases: " + name, CASES, pixels(png))));
        return new Section.Chapter("Does the data help?", NOTE, sections);
    }

    /** Of the first detector of each arm that was trained. */
    private static List<Section> losses(EvaluationReport.Category category, int steps) {
        Map<String, Section.Line> lines = new LinkedHashMap<>();
        category.results().stream()
                .filter(detector -> !detector.losses().isEmpty())
                .forEach(detector -> lines.putIfAbsent(detector.arm(), losses(detector, steps)));
        return lines.isEmpty()
                ? List.of()
                : List.of(new Section.LineChart(
                        "Loss of each arm's first detector, " + category.category(),
                        "step",
                        "loss",
                        List.copyOf(lines.values())));
    }

    private static Section.Line losses(Measured detector, int steps) {
        double[] losses =
                detector.losses().stream().mapToDouble(Double::doubleValue).toArray();
        double[] at = IntStream.rangeClosed(1, losses.length)
                .mapToDouble(part -> (double) part * steps / losses.length)
                .toArray();
        return new Section.Line(detector.arm(), at, losses);
    }

    private static Section table(EvaluationTable table) {
        return new Section.Table(
                table.title(),
                Stream.concat(Stream.of("trained on"), table.columns().stream()).toList(),
                table.rows().stream().map(EvaluationTable.Row::named).toList());
    }

    private static Image pixels(byte[] png) {
        try {
            return Image.of(PngCodec.decode(png));
        } catch (IOException e) {
            throw new UncheckedIOException("a picture of the evaluation is damaged; evaluate again", e);
        }
    }

    /**
     * What a report shows of all samples that a run has of one (category, defect).
     *
     * @param maskShares defect pixels over all pixels of each accepted pair
     * @param reasons rejected pairs by reason; a pair may have several
     * @param seconds device time of all pairs
     * @param acceptedExamples the first few accepted pairs
     * @param rejectedExamples the first few rejected pairs whose pixels were kept
     */
    public record GeneratedPairs(
            int accepted,
            int rejected,
            double[] maskShares,
            Map<String, Integer> reasons,
            double seconds,
            List<PairThumbnail> acceptedExamples,
            List<PairThumbnail> rejectedExamples) {

        public static final GeneratedPairs NONE =
                new GeneratedPairs(0, 0, new double[0], Map.of(), 0, List.of(), List.of());

        /** Accepted pairs shown. */
        public static final int ACCEPTED_EXAMPLES = 8;

        /** Rejected pairs shown. */
        public static final int REJECTED_EXAMPLES = 4;

        public GeneratedPairs {
            reasons = Map.copyOf(reasons);
            acceptedExamples = List.copyOf(acceptedExamples);
            rejectedExamples = List.copyOf(rejectedExamples);
        }

        int all() {
            return accepted + rejected;
        }
    }
}
