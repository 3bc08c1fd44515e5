package org.dualanodiff.jobs.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.evaluate.EvaluationTable;
import org.dualanodiff.pipeline.evaluate.PairFigures;

/**
 * The numbers of a demonstration.
 *
 * @param seconds by stage, in order
 * @param pairsPerSecond by way
 * @param realAgreement median agreement on real pairs that neither network nor adapter saw
 * @param units what was measured of each unit, by way
 */
record DemoFigures(
        Map<String, Double> seconds,
        Map<DemoWay, Double> pairsPerSecond,
        double realAgreement,
        Map<DemoWay, Map<DemoUnit, PairFigures>> units) {

    static final List<String> COLUMNS =
            Stream.concat(Stream.of(""), PairFigures.COLUMNS.stream()).toList();

    double total() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** A row for each way and unit. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        units.forEach((way, figures) -> figures.forEach((unit, of) -> rows.add(Stream.concat(
                        Stream.of(unit.name() + ", " + way.name().toLowerCase(Locale.ROOT)), of.cells().stream())
                .toList())));
        return rows;
    }

    /** The same for a console. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        seconds.forEach((stage, s) -> lines.add(String.format(Locale.ROOT, "  %-28s %6.1f s", stage, s)));
        lines.add(String.format(Locale.ROOT, "  %-28s %6.1f s", "all", total()));
        pairsPerSecond.forEach((way, rate) -> lines.add(
                String.format(Locale.ROOT, "  %-28s %6.2f pairs/s", way.name().toLowerCase(Locale.ROOT), rate)));
        lines.addAll(new EvaluationTable(
                        "",
                        PairFigures.COLUMNS,
                        rows().stream()
                                .map(cells -> new EvaluationTable.Row(cells.get(0), cells.subList(1, cells.size())))
                                .toList())
                .lines());
        lines.add(String.format(
                Locale.ROOT, "  agreement on real pairs that the network did not see: %.2f", realAgreement));
        return lines;
    }
}
