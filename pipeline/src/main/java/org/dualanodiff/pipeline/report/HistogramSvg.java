package org.dualanodiff.pipeline.report;

import j2html.tags.ContainerTag;
import java.util.Arrays;
import java.util.List;

/** Histograms of some samples over the same bins, bar beside bar, each in shares of its own sample. */
final class HistogramSvg {

    private static final int BINS = 16;

    private HistogramSvg() {}

    static ContainerTag<?> of(Section.Histogram section) {
        Axis xAxis = axis(section);
        List<double[]> shares = section.samples().stream()
                .map(sample -> shares(sample.values(), xAxis))
                .toList();
        double highest = shares.stream().flatMapToDouble(Arrays::stream).max().orElse(0);
        Axis yAxis = new Axis(0, highest > 0 ? highest : 1, AxisScale.LINEAR);
        Chart chart = new Chart(xAxis, yAxis, section.heading())
                .axes(
                        section.xLabel(),
                        "share of pairs",
                        value -> Axis.label(value) + section.unit(),
                        share -> Axis.label(100 * share) + "%");
        for (int i = 0; i < shares.size(); i++) {
            chart.path(bars(chart, xAxis, shares.get(i), i, shares.size()), "bar s" + i);
        }
        return chart.svg();
    }

    private static Axis axis(Section.Histogram section) {
        double[] shown = section.samples().stream()
                .flatMapToDouble(sample -> Arrays.stream(sample.values()))
                .filter(value -> Double.isFinite(value) && (section.scale() == AxisScale.LINEAR || value > 0))
                .sorted()
                .toArray();
        return shown.length == 0 ? new Axis(1, 10, section.scale()) : wholeBins(shown, section.scale());
    }

    /** The last bin ends just above the largest value, so that this one is counted. */
    private static Axis wholeBins(double[] sorted, AxisScale scale) {
        Axis tight = Axis.over(sorted[0], sorted[sorted.length - 1], scale);
        return new Axis(tight.from(), tight.value(1 + 1e-6), scale);
    }

    static double[] shares(double[] values, Axis axis) {
        double[] shares = new double[BINS];
        for (double value : values) {
            int bin = (int) Math.floor(axis.position(value) * BINS);
            if (Double.isFinite(value) && bin >= 0 && bin < BINS) {
                shares[bin] += 1.0 / values.length;
            }
        }
        return shares;
    }

    private static String bars(Chart chart, Axis axis, double[] shares, int sample, int samples) {
        StringBuilder commands = new StringBuilder();
        for (int bin = 0; bin < BINS; bin++) {
            if (shares[bin] > 0) {
                double left = chart.x(axis.value((bin + 0.08 + 0.84 * sample / samples) / BINS));
                double right = chart.x(axis.value((bin + 0.08 + 0.84 * (sample + 1) / samples) / BINS));
                commands.append("M%s %sV%sH%sV%sZ"
                        .formatted(
                                Chart.number(left),
                                Chart.number(chart.y(0)),
                                Chart.number(chart.y(shares[bin])),
                                Chart.number(right),
                                Chart.number(chart.y(0))));
            }
        }
        return commands.toString();
    }
}
