package org.dualanodiff.pipeline.report;

import static j2html.TagCreator.tag;
import static j2html.TagCreator.text;

import j2html.tags.ContainerTag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.report.Section.AxisScale;

/**
 * The frame of an SVG chart: two axes with their marks and labels. Colors come from the page's style sheet, so that
 * the chart is readable in the dark, too.
 */
final class Chart {

    private static final int WIDTH = 440;
    private static final int HEIGHT = 220;
    /** Room for numbers of eight characters beside the axis's title. */
    private static final int LEFT = 76;

    private static final int RIGHT = 24;
    private static final int TOP = 12;
    private static final int BOTTOM = 40;
    private static final int X_TICKS = 5;
    private static final int Y_TICKS = 4;
    private static final int TEXT_DROP = 4;
    private static final int BINS = 16;
    private static final int COLORS = 8;
    /** Values around a point that its running mean takes in: this share of the line. */
    private static final double MEAN_SHARE = 0.04;

    private final Axis xAxis;
    private final Axis yAxis;
    private final ContainerTag<?> svg;

    /** @param description what a screen reader says */
    Chart(Axis xAxis, Axis yAxis, String description) {
        this.xAxis = xAxis;
        this.yAxis = yAxis;
        this.svg = tag("svg")
                .attr("viewBox", String.format(Locale.ROOT, "0 0 %d %d", WIDTH, HEIGHT))
                .attr("role", "img")
                .with(tag("title").withText(description));
    }

    /** Class of a series' color in {@code report.css}, which has eight; then they begin again. */
    static String color(int series) {
        return "s" + series % COLORS;
    }

    /** Draws grid, numbers and titles of both axes. */
    Chart axes(String xLabel, String yLabel, DoubleFunction<String> xNumber, DoubleFunction<String> yNumber) {
        for (double tick : yAxis.ticks(Y_TICKS)) {
            add(line(LEFT, y(tick), WIDTH - RIGHT, y(tick)).attr("class", "grid"));
            add(label(LEFT - 6, y(tick) + TEXT_DROP, "end", yNumber.apply(tick)));
        }
        for (double tick : xAxis.ticks(X_TICKS)) {
            add(line(x(tick), HEIGHT - BOTTOM, x(tick), HEIGHT - BOTTOM + 4).attr("class", "axis"));
            add(label(x(tick), HEIGHT - BOTTOM + 16, "middle", xNumber.apply(tick)));
        }
        add(line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM).attr("class", "axis"));
        add(label((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, "middle", xLabel));
        add(label(11, (TOP + HEIGHT - BOTTOM) / 2.0, "middle", yLabel)
                .attr("transform", "rotate(-90 11 %s)".formatted(number((TOP + HEIGHT - BOTTOM) / 2.0))));
        return this;
    }

    double x(double value) {
        return LEFT + xAxis.position(value) * (WIDTH - LEFT - RIGHT);
    }

    double y(double value) {
        return HEIGHT - BOTTOM - yAxis.position(value) * (HEIGHT - TOP - BOTTOM);
    }

    /** @param commands of an SVG path, in the chart's own units */
    Chart path(String commands, String styleClass) {
        add(tag("path").attr("d", commands).attr("class", styleClass));
        return this;
    }

    ContainerTag<?> svg() {
        return svg;
    }

    /** A coordinate in SVG. */
    static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private void add(ContainerTag<?> element) {
        svg.with(element);
    }

    private static ContainerTag<?> line(double x1, double y1, double x2, double y2) {
        return tag("line")
                .attr("x1", number(x1))
                .attr("y1", number(y1))
                .attr("x2", number(x2))
                .attr("y2", number(y2));
    }

    private static ContainerTag<?> label(double x, double y, String anchor, String label) {
        return tag("text")
                .attr("x", number(x))
                .attr("y", number(y))
                .attr("text-anchor", anchor)
                .with(text(label));
    }

    /** Histograms of some samples over the same bins, bar beside bar, each in shares of its own sample. */
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
            chart.path(bars(chart, xAxis, shares.get(i), i, shares.size()), "bar " + color(i));
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
                                number(left),
                                number(chart.y(0)),
                                number(chart.y(shares[bin])),
                                number(right),
                                number(chart.y(0))));
            }
        }
        return commands.toString();
    }

    /** Every value as a faint line, their running mean as a strong one. */
    static ContainerTag<?> of(Section.LineChart section) {
        Axis xAxis = axis(section.lines().stream().map(Section.Line::x).toArray(double[][]::new));
        Axis yAxis = axis(section.lines().stream().map(Section.Line::y).toArray(double[][]::new));
        Chart chart = new Chart(xAxis, yAxis, section.heading())
                .axes(section.xLabel(), section.yLabel(), Axis::label, Axis::label);
        for (int i = 0; i < section.lines().size(); i++) {
            Section.Line line = section.lines().get(i);
            chart.path(path(chart, line.x(), line.y()), "line raw " + color(i));
            chart.path(path(chart, line.x(), runningMean(line.y())), "line " + color(i));
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
                        .append(number(chart.x(x[i])))
                        .append(' ')
                        .append(number(chart.y(y[i])));
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

    /**
     * An axis of a chart: values to positions, and the round numbers that are marked on it.
     *
     * @param from smallest value shown
     * @param to largest value shown, above {@code from}
     */
    record Axis(double from, double to, AxisScale scale) {

        private static final double SMALLEST_WRITTEN_OUT = 1e-4;

        private static final double[] STEPS = {1, 2, 5, 10};

        /** An axis that shows all of the values; made wider where they are all the same. */
        static Axis over(double min, double max, AxisScale scale) {
            if (scale == AxisScale.LOGARITHMIC) {
                return min < max ? new Axis(min, max, scale) : new Axis(min / 2, max * 2, scale);
            }
            double room = min == 0 ? 0.5 : Math.abs(min);
            return min < max ? new Axis(min, max, scale) : new Axis(min - room, max + room, scale);
        }

        /** Where a value lies: 0 at {@code from}, 1 at {@code to}. */
        double position(double value) {
            return (warped(value) - warped(from)) / (warped(to) - warped(from));
        }

        /** The value at a position, see {@link #position}. */
        double value(double position) {
            double warped = warped(from) + position * (warped(to) - warped(from));
            return scale == AxisScale.LOGARITHMIC ? Math.exp(warped) : warped;
        }

        private double warped(double value) {
            return scale == AxisScale.LOGARITHMIC ? Math.log(value) : value;
        }

        /** Round numbers on the axis, about {@code count} of them. */
        List<Double> ticks(int count) {
            return scale == AxisScale.LOGARITHMIC && to / from > 5 ? decades() : steps(count);
        }

        private List<Double> steps(int count) {
            double step = niceStep((to - from) / count);
            List<Double> ticks = new ArrayList<>();
            for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }

        private List<Double> decades() {
            boolean few = to / from < 100;
            List<Double> ticks = new ArrayList<>();
            for (int exponent = (int) Math.floor(Math.log10(from)); exponent <= Math.log10(to); exponent++) {
                for (double digit : few ? new double[] {1, 2, 5} : new double[] {1}) {
                    double tick = digit * Math.pow(10, exponent);
                    if (tick >= from && tick <= to) {
                        ticks.add(tick);
                    }
                }
            }
            return ticks;
        }

        private static double niceStep(double rough) {
            double magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
            for (double step : STEPS) {
                if (step * magnitude >= rough * 0.999) {
                    return step * magnitude;
                }
            }
            return 10 * magnitude;
        }

        /** A number without digits that say nothing. */
        static String label(double value) {
            if (value != 0 && Math.abs(value) < SMALLEST_WRITTEN_OUT) {
                return String.format(Locale.ROOT, "%.5e", value).replaceFirst("\\.?0*e-0?", "e-");
            }
            String text = String.format(Locale.ROOT, "%.6f", value);
            String shortened = text.replaceFirst("\\.?0+$", "");
            return shortened.equals("-0") || shortened.isEmpty() ? "0" : shortened;
        }
    }
}
