package org.dualanodiff.jobs.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.evaluate.EvaluationTable;
import org.dualanodiff.pipeline.evaluate.PairMetrics;

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
        Map<Demo.Way, Double> pairsPerSecond,
        double realAgreement,
        Map<Demo.Way, Map<UnitKey, PairMetrics>> units) {

    static final List<String> COLUMNS =
            Stream.concat(Stream.of(""), PairMetrics.COLUMNS.stream()).toList();

    double total() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** A row for each way and unit. */
    EvaluationTable table() {
        Map<String, PairMetrics> named = new LinkedHashMap<>();
        units.forEach((way, figures) ->
                figures.forEach((unit, of) -> named.put(unit + ", " + way.name().toLowerCase(Locale.ROOT), of)));
        return PairMetrics.table("", named);
    }

    /** As {@link #table}, the name in front of each row's cells. */
    List<List<String>> rows() {
        return table().rows().stream().map(EvaluationTable.Row::named).toList();
    }

    /** The same for a console. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        seconds.forEach((stage, s) -> lines.add(String.format(Locale.ROOT, "  %-28s %6.1f s", stage, s)));
        lines.add(String.format(Locale.ROOT, "  %-28s %6.1f s", "all", total()));
        pairsPerSecond.forEach((way, rate) -> lines.add(
                String.format(Locale.ROOT, "  %-28s %6.2f pairs/s", way.name().toLowerCase(Locale.ROOT), rate)));
        lines.addAll(table().lines());
        lines.add(String.format(
                Locale.ROOT, "  agreement on real pairs that the network did not see: %.2f", realAgreement));
        return lines;
    }
}
