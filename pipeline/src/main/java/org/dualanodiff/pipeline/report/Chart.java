package org.dualanodiff.pipeline.report;

import static j2html.TagCreator.tag;
import static j2html.TagCreator.text;

import j2html.tags.ContainerTag;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * The frame of an SVG chart: two axes with their marks and labels. Colors come from the page's style sheet, so that
 * the chart is readable in the dark, too.
 */
final class Chart {

    private static final int WIDTH = 440;
    private static final int HEIGHT = 220;
    private static final int LEFT = 52;
    private static final int RIGHT = 24;
    private static final int TOP = 12;
    private static final int BOTTOM = 40;
    private static final int X_TICKS = 5;
    private static final int Y_TICKS = 4;
    private static final int TEXT_DROP = 4;

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
        add(label(12, (TOP + HEIGHT - BOTTOM) / 2.0, "middle", yLabel)
                .attr("transform", "rotate(-90 12 %s)".formatted(number((TOP + HEIGHT - BOTTOM) / 2.0))));
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
}
