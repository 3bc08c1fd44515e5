package org.dualanodiff.pipeline.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** An evaluation as text, for people: means over seeds, with the range over seeds in brackets. */
public final class EvaluationTable {

    private static final int NAME_WIDTH = 34;

    private EvaluationTable() {}

    public static List<String> lines(EvaluationReport report) {
        List<String> lines = new ArrayList<>();
        for (CategoryReport category : report.categories()) {
            lines.addAll(pooled(category, "without twins", false));
            if (hasTwins(category)) {
                lines.addAll(pooled(category, "all test images", true));
            }
            lines.addAll(perDefect(category));
            lines.addAll(generation(category));
            category.arms()
                    .forEach(arm -> arm.errors()
                            .forEach(error ->
                                    lines.add("%s, %s failed: %s".formatted(category.category(), arm.arm(), error))));
            category.verdicts().forEach(verdict -> lines.add(verdict.sentence()));
            lines.add("");
        }
        return lines;
    }

    private static boolean hasTwins(CategoryReport category) {
        return category.results().stream()
                .anyMatch(seed -> seed.all() != null
                        && seed.all().pooled().defective()
                                != seed.noTwin().pooled().defective());
    }

    private static List<String> pooled(CategoryReport category, String subset, boolean all) {
        List<String> lines = new ArrayList<>();
        lines.add(row(category.category() + ", " + subset, List.copyOf(ArmSummary.FIGURES.keySet())));
        for (ArmSummary arm : category.arms()) {
            Map<String, Spread> figures = all ? arm.all() : arm.noTwin();
            lines.add(row(
                    arm.arm(),
                    ArmSummary.FIGURES.keySet().stream()
                            .map(name -> cell(figures.get(name)))
                            .toList()));
        }
        return lines;
    }

    private static List<String> perDefect(CategoryReport category) {
        TreeSet<String> defects = new TreeSet<>();
        category.arms().forEach(arm -> defects.addAll(arm.perDefect().keySet()));
        List<String> lines = new ArrayList<>();
        lines.add(row("pixel AP by type, without twins", List.copyOf(defects)));
        for (ArmSummary arm : category.arms()) {
            List<String> cells = defects.stream()
                    .map(defect ->
                            arm.perDefect().getOrDefault(defect, Map.of()).get(ArmSummary.PIXEL_AP))
                    .map(EvaluationTable::cell)
                    .toList();
            lines.add(row(arm.arm(), cells));
        }
        return lines;
    }

    private static List<String> generation(CategoryReport category) {
        return category.generation().stream().map(GenerationFigures::sentence).toList();
    }

    private static String row(String name, List<String> cells) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-" + NAME_WIDTH + "s", name));
        cells.forEach(cell -> line.append(String.format(Locale.ROOT, " %15s", cell)));
        return line.toString().stripTrailing();
    }

    private static String cell(Spread spread) {
        return spread == null ? "-" : String.format(Locale.ROOT, "%.3f (%.3f)", spread.mean(), spread.range());
    }
}
