package org.dualanodiff.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dualanodiff.pipeline.report.Section.AxisScale;

/**
 * An axis of a chart: values to positions, and the round numbers that are marked on it.
 *
 * @param from smallest value shown
 * @param to largest value shown, above {@code from}
 */
record Axis(double from, double to, AxisScale scale) {

    private static final double[] STEPS = {1, 2, 5, 10};

    private static final double SMALLEST_WRITTEN_OUT = 1e-4;

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
            return String.format(Locale.ROOT, "%.1e", value).replaceFirst("(\\.0)?e-0?", "e-");
        }
        String text = String.format(Locale.ROOT, "%.6f", value);
        String shortened = text.replaceFirst("\\.?0+$", "");
        return shortened.equals("-0") || shortened.isEmpty() ? "0" : shortened;
    }
}
