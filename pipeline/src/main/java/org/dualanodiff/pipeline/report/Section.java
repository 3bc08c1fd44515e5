package org.dualanodiff.pipeline.report;

import java.util.List;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.dualanodiff.model.image.Image;

/** A part of a {@link ReportPage}: what it says, not how it looks. All text is plain; the renderer escapes it. */
public sealed interface Section {

    String heading();

    /** Prose. */
    record Text(String heading, List<String> paragraphs) implements Section {
        public Text {
            paragraphs = List.copyOf(paragraphs);
        }
    }

    /** A handful of numbers to be seen first. */
    record KeyFigures(String heading, List<Figure> figures) implements Section {
        public KeyFigures {
            figures = List.copyOf(figures);
        }
    }

    /** @param value as it is to be shown, with its unit */
    record Figure(String label, String value) {}

    /**
     * A table. Cells that hold a number, with or without a unit, are set to the right.
     *
     * @param rows each as long as {@code columns}
     */
    record Table(String heading, List<String> columns, List<List<String>> rows) implements Section {
        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            for (List<String> row : rows) {
                if (row.size() != columns.size()) {
                    throw new IllegalArgumentException("table '%s' has %d columns, but a row of %d cells: %s"
                            .formatted(heading, columns.size(), row.size(), row));
                }
            }
        }
    }

    /**
     * Pairs, group beside group: real and generated ones.
     *
     * @param note how they were chosen, or empty
     */
    record Gallery(String heading, String note, List<PairGroup> groups) implements Section {
        public Gallery {
            groups = List.copyOf(groups);
        }
    }

    /**
     * One picture in its own size.
     *
     * @param note what it shows
     */
    record Picture(String heading, String note, Image pixels) implements Section {}

    /** Values over steps. */
    record LineChart(String heading, String xLabel, String yLabel, List<Line> lines) implements Section {
        public LineChart {
            lines = List.copyOf(lines);
        }
    }

    /**
     * One line of a chart.
     *
     * @param x ascending
     * @param y as many as {@code x}; values that are not finite are left out
     */
    record Line(String name, double[] x, double[] y) {
        public Line {
            if (x.length != y.length) {
                throw new IllegalArgumentException(
                        "line '%s' has %d x values and %d y values".formatted(name, x.length, y.length));
            }
        }
    }

    /**
     * Distributions against one another, each as shares of its own whole, so that ten real images compare with a
     * thousand generated ones.
     *
     * @param unit put behind the numbers of the axis, such as {@code "%"}
     * @param scale of the axis
     */
    record Histogram(String heading, String xLabel, String unit, AxisScale scale, List<Sample> samples)
            implements Section {
        public Histogram {
            samples = List.copyOf(samples);
        }
    }

    /** @param values in any order; on a logarithmic axis those that are not positive are left out */
    record Sample(String name, double[] values) {
        double median() {
            return new Median().evaluate(values);
        }
    }

    /** Sections that belong together, such as all about one defect; has an entry of its own in the page's contents. */
    record Chapter(String heading, String note, List<Section> sections) implements Section {
        public Chapter {
            sections = List.copyOf(sections);
        }
    }

    /** How a chart's axis spreads its values. */
    public enum AxisScale {
        LINEAR,
        /** Equal steps are equal factors; for positive values that span several orders of magnitude, such as areas. */
        LOGARITHMIC
    }
}
