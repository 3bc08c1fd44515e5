package org.dualanodiff.pipeline.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.dataset.Quarantined;

/** A report as a person reads it on a console. */
public final class DatasetReportText {
    private static final int SHOWN = 20;

    private DatasetReportText() {}

    /** Line by line. */
    public static List<String> lines(DatasetReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("%s, read as %s".formatted(report.root(), report.format()));
        lines.addAll(counts(report));
        report.categories().forEach(category -> lines.addAll(category(category)));
        lines.addAll(problems(report.problems()));
        lines.addAll(duplicates(report.duplicates()));
        report.warnings().forEach(warning -> lines.add("warning: " + warning));
        return lines;
    }

    /** What a person would count, in one table. */
    private static List<String> counts(DatasetReport report) {
        List<String> lines = new ArrayList<>();
        int width = report.categories().stream()
                .mapToInt(category -> category.name().length())
                .reduce("category".length(), Math::max);
        String names = "%-" + width + "s";
        lines.add("");
        lines.add(names.formatted("category") + "  good: training  test  defects  pairs: training  test  set aside");
        for (DatasetReport.Category category : report.categories()) {
            List<DatasetReport.Defect> defects = category.defects();
            lines.add(names.formatted(category.name())
                    + "  %14d  %4d  %7d  %15d  %4d  %9d"
                            .formatted(
                                    category.goodTraining(),
                                    category.goodTest(),
                                    defects.size(),
                                    defects.stream()
                                            .mapToInt(DatasetReport.Defect::training)
                                            .sum(),
                                    defects.stream()
                                            .mapToInt(DatasetReport.Defect::test)
                                            .sum(),
                                    report.problems().stream()
                                            .filter(file -> file.category().equals(category.name()))
                                            .count()));
        }
        Map<Quarantined.Reason, Long> reasons = report.problems().stream()
                .collect(Collectors.groupingBy(Quarantined::reason, TreeMap::new, Collectors.counting()));
        reasons.forEach((reason, files) -> lines.add("set aside for %s: %d".formatted(reason, files)));
        return lines;
    }

    private static List<String> category(DatasetReport.Category category) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("%s: %d good images for training, %d for testing; sizes %s"
                .formatted(category.name(), category.goodTraining(), category.goodTest(), sizes(category.sizes())));
        int width = category.defects().stream()
                .mapToInt(defect -> defect.name().length())
                .max()
                .orElse(0);
        String names = "%-" + Math.max(width, "defect".length()) + "s";
        lines.add("  " + names.formatted("defect")
                + "  training  test  set aside  mask area: least  median    most  pixels");
        for (DatasetReport.Defect defect : category.defects()) {
            lines.add("  "
                    + names.formatted(defect.name())
                    + "  %8d  %4d  %9d  %16s  %6s  %6s  %6d"
                            .formatted(
                                    defect.training(),
                                    defect.test(),
                                    defect.setAside(),
                                    percent(defect.maskArea().min()),
                                    percent(defect.maskArea().median()),
                                    percent(defect.maskArea().max()),
                                    defect.smallestMask()));
        }
        return lines;
    }

    private static String sizes(List<DatasetReport.SizeCount> sizes) {
        String first = sizes.stream()
                .limit(3)
                .map(size -> "%d x %d (%d)".formatted(size.width(), size.height(), size.images()))
                .collect(Collectors.joining(", "));
        return sizes.size() > 3 ? first + " and %d more".formatted(sizes.size() - 3) : first;
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, part < 0.01 ? "%.2f%%" : "%.1f%%", 100 * part);
    }

    private static List<String> problems(List<Quarantined> problems) {
        List<String> lines = new ArrayList<>();
        if (!problems.isEmpty()) {
            lines.add("");
            lines.add("set aside: %d".formatted(problems.size()));
            problems.stream()
                    .limit(SHOWN)
                    .map(file -> "  %s: %s (%s)".formatted(file.file(), file.reason(), file.detail()))
                    .forEach(lines::add);
            lines.addAll(rest(problems.size()));
        }
        return lines;
    }

    private static List<String> duplicates(List<Duplicate> duplicates) {
        List<String> lines = new ArrayList<>();
        for (Duplicate.Kind kind : Duplicate.Kind.values()) {
            List<Duplicate> some =
                    duplicates.stream().filter(pair -> pair.kind() == kind).toList();
            if (!some.isEmpty()) {
                lines.add("");
                lines.add("%s: %d pairs"
                        .formatted(
                                kind == Duplicate.Kind.EXACT ? "the same image" : "looks like the same", some.size()));
                some.stream().limit(SHOWN).map(DatasetReportText::pair).forEach(lines::add);
                lines.addAll(rest(some.size()));
            }
        }
        return lines;
    }

    private static String pair(Duplicate pair) {
        String concern = pair.concern() == Duplicate.Concern.TRAINING_AND_TEST
                ? "one trains, the other tests"
                : "with different labels";
        return "  %s and %s (%s)".formatted(pair.first(), pair.second(), concern);
    }

    private static List<String> rest(int all) {
        return all > SHOWN ? List.of("  and %d more; --json lists all".formatted(all - SHOWN)) : List.of();
    }
}
