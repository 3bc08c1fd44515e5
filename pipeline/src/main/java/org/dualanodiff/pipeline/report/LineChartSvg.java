package org.dualanodiff.pipeline.report;

import j2html.tags.ContainerTag;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A line chart: every value as a faint line, their running mean as a strong one. */
final class LineChartSvg {

    /** Values around a point that its running mean takes in: this share of the line. */
    private static final double MEAN_SHARE = 0.04;

    private LineChartSvg() {}

    static ContainerTag<?> of(Section.LineChart section) {
        Axis xAxis = axis(section.lines().stream().map(Section.Line::x).toArray(double[][]::new));
        Axis yAxis = axis(section.lines().stream().map(Section.Line::y).toArray(double[][]::new));
        Chart chart = new Chart(xAxis, yAxis, section.heading())
                .axes(section.xLabel(), section.yLabel(), Axis::label, Axis::label);
        for (int i = 0; i < section.lines().size(); i++) {
            Section.Line line = section.lines().get(i);
            chart.path(path(chart, line.x(), line.y()), "line raw s" + i);
            chart.path(path(chart, line.x(), runningMean(line.y())), "line s" + i);
        }
        return chart.svg();
    }

    private static Axis axis(double[][] values) {
        double[] finite = Arrays.stream(values)
                .flatMapToDouble(Arrays::stream)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        return finite.length == 0
                ? new Axis(0, 1, AxisScale.LINEAR)
                : Axis.over(finite[0], finite[finite.length - 1], AxisScale.LINEAR);
    }

    private static String path(Chart chart, double[] x, double[] y) {
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < x.length; i++) {
            if (Double.isFinite(y[i])) {
                commands.append(commands.isEmpty() ? 'M' : 'L')
                        .append(Chart.number(chart.x(x[i])))
                        .append(' ')
                        .append(Chart.number(chart.y(y[i])));
            }
        }
        return commands.toString();
    }

    static double[] runningMean(double[] values) {
        int half = (int) Math.ceil(values.length * MEAN_SHARE);
        return IntStream.range(0, values.length)
                .mapToDouble(i -> Arrays.stream(values, Math.max(0, i - half), Math.min(values.length, i + half + 1))
                        .filter(Double::isFinite)
                        .average()
                        .orElse(Double.NaN))
                .toArray();
    }
}
