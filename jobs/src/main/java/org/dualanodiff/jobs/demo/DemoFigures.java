package org.dualanodiff.jobs.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
            List.of("", "pairs", "masks not empty", "pass the gate", "agreement", "diversity", "copies");

    double total() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** A row for each way and unit. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        units.forEach((way, figures) -> figures.forEach((unit, f) -> rows.add(List.of(
                unit.name() + ", " + way.name().toLowerCase(Locale.ROOT),
                Integer.toString(f.pairs()),
                percent(f.nonEmpty()),
                percent(f.accepted()),
                "%.2f".formatted(f.agreement()),
                "%.2f".formatted(f.diversity()),
                percent(f.copies())))));
        return rows;
    }

    private static String percent(double share) {
        return "%.0f %%".formatted(100 * share);
    }

    /** The same for a console. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        seconds.forEach((stage, s) -> lines.add(String.format(Locale.ROOT, "  %-28s %6.1f s", stage, s)));
        lines.add(String.format(Locale.ROOT, "  %-28s %6.1f s", "all", total()));
        pairsPerSecond.forEach((way, rate) -> lines.add(
                String.format(Locale.ROOT, "  %-28s %6.2f pairs/s", way.name().toLowerCase(Locale.ROOT), rate)));
        lines.add(row(COLUMNS));
        rows().forEach(cells -> lines.add(row(cells)));
        lines.add(String.format(
                Locale.ROOT, "  agreement on real pairs that the network did not see: %.2f", realAgreement));
        return lines;
    }

    private static String row(List<String> cells) {
        StringBuilder line = new StringBuilder("  %-28s".formatted(cells.get(0)));
        cells.stream().skip(1).forEach(cell -> line.append("%16s".formatted(cell)));
        return line.toString();
    }
}
