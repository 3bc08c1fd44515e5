package org.dualanodiff.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.dualanodiff.pipeline.store.TrainingCurve.Point;

/** A training's curve as charts, one for each of its numbers. */
final class TrainingCharts {

    private TrainingCharts() {}

    static List<Section> of(TrainingCurve curve) {
        List<Section> charts = new ArrayList<>();
        add(charts, "Training loss", "loss", curve, Point::loss);
        add(charts, "Gradient norm", "norm before the clip", curve, Point::gradientNorm);
        add(charts, "Learning rate", "learning rate", curve, Point::learningRate);
        add(charts, "Speed", "steps a second", curve, Point::stepsPerSecond);
        return charts;
    }

    /** Nothing of a number that was not measured. */
    private static void add(
            List<Section> charts, String heading, String label, TrainingCurve curve, ToDoubleFunction<Point> number) {
        double[] steps = curve.points().stream().mapToDouble(Point::step).toArray();
        double[] values = curve.points().stream().mapToDouble(number).toArray();
        boolean measured = curve.points().stream().mapToDouble(number).anyMatch(Double::isFinite);
        if (measured) {
            charts.add(new Section.LineChart(
                    heading,
                    "step",
                    label,
                    List.of(new Section.Line("mean of some steps, and its running mean", steps, values))));
        }
    }
}
