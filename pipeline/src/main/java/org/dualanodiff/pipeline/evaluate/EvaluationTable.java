package org.dualanodiff.pipeline.evaluate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.evaluate.ArmSummary.Spread;

/**
 * Metrics of an evaluation, a row an arm: means over seeds, with the range over seeds in brackets.
 *
 * @param title what the columns are measured on
 * @param columns names of the metrics
 * @param rows by arm, as long as {@code columns}; a dash where there is no metric
 */
public record EvaluationTable(String title, List<String> columns, List<Row> rows) {

    private static final int NAME_WIDTH = 34;

    /** One arm. */
    public record Row(String arm, List<String> cells) {

        /** Its name in front of its cells. */
        public List<String> named() {
            return Stream.concat(Stream.of(arm), cells.stream()).toList();
        }
    }

    /** What one category has: metrics of all defects together, their means over the types, and pixel AP by type. */
    public static List<EvaluationTable> of(EvaluationReport.Category category) {
        List<EvaluationTable> tables = new ArrayList<>();
        tables.add(metrics(category, "without twins", ArmSummary::noTwin));
        if (hasTypes(category)) {
            tables.add(metrics(category, "mean over types, without twins", ArmSummary::macro));
        }
        if (hasTwins(category)) {
            tables.add(metrics(category, "all test images", ArmSummary::all));
        }
        tables.add(perDefect(category, "without twins", ArmSummary::perDefect));
        if (hasTwins(category)) {
            tables.add(perDefect(category, "all test images", ArmSummary::perDefectAll));
        }
        return tables;
    }

    /** The evaluation as text, for people. */
    public static List<String> lines(EvaluationReport report) {
        List<String> lines = new ArrayList<>();
        for (EvaluationReport.Category category : report.categories()) {
            of(category).forEach(table -> lines.addAll(table.lines()));
            lines.addAll(category.remarks());
            lines.add("");
        }
        return lines;
    }

    private static boolean hasTwins(EvaluationReport.Category category) {
        return category.results().stream()
                .filter(seed -> seed.all() != null)
                .anyMatch(seed -> images(seed.all()) != images(seed.noTwin()));
    }

    private static int images(DetectorMetrics.OnImages of) {
        return of.pooled().defective() + of.pooled().good();
    }

    private static boolean hasTypes(EvaluationReport.Category category) {
        return category.arms().stream().anyMatch(arm -> !arm.macro().isEmpty());
    }

    private static EvaluationTable metrics(
            EvaluationReport.Category category, String subset, Function<ArmSummary, Map<String, Spread>> metrics) {
        return of(
                category,
                category.category() + ", " + subset,
                ArmSummary.METRICS.keySet(),
                (arm, metric) -> metrics.apply(arm).get(metric));
    }

    private static EvaluationTable perDefect(
            EvaluationReport.Category category,
            String subset,
            Function<ArmSummary, Map<String, Map<String, Spread>>> metrics) {
        TreeSet<String> defects = new TreeSet<>();
        category.arms().forEach(arm -> defects.addAll(metrics.apply(arm).keySet()));
        return of(
                category,
                "pixel AP by type, " + subset,
                defects,
                (arm, defect) ->
                        metrics.apply(arm).getOrDefault(defect, Map.of()).get(ArmSummary.PIXEL_AP));
    }

    private static EvaluationTable of(
            EvaluationReport.Category category,
            String title,
            Collection<String> columns,
            BiFunction<ArmSummary, String, Spread> spread) {
        List<Row> rows = category.arms().stream()
                .map(arm -> new Row(
                        arm.arm(),
                        columns.stream()
                                .map(column -> cell(spread.apply(arm, column)))
                                .toList()))
                .toList();
        return new EvaluationTable(title, List.copyOf(columns), rows);
    }

    /** For a console. */
    public List<String> lines() {
        return Stream.concat(Stream.of(line(title, columns)), rows.stream().map(row -> line(row.arm(), row.cells())))
                .toList();
    }

    private static String line(String name, List<String> cells) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-" + NAME_WIDTH + "s", name));
        cells.forEach(cell -> line.append(String.format(Locale.ROOT, " %15s", cell)));
        return line.toString().stripTrailing();
    }

    private static String cell(Spread spread) {
        return spread == null ? "-" : String.format(Locale.ROOT, "%.3f (%.3f)", spread.mean(), spread.range());
    }
}
