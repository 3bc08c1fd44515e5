package org.dualanodiff.pipeline.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How the training of an adapter is going, or how it went: {@code training.json} beside its weights, written again and again
 * while it trains.
 *
 * @param steps that it will have made in the end
 * @param updatedAt when this was written, by the clock of the machine that trains
 * @param points of the steps made so far, ascending; the more steps, the more of them in one point
 * @param sheets steps after which a sample sheet was drawn, ascending
 */
public record TrainingCurve(int steps, Instant updatedAt, List<Point> points, List<Integer> sheets) {

    /** An even number, so that halves can be joined in pairs. */
    static final int MOST_POINTS = 96;

    public TrainingCurve {
        points = List.copyOf(points);
        sheets = List.copyOf(sheets);
    }

    /** Of a training that has not made a step. */
    public static TrainingCurve begin(int steps) {
        return new TrainingCurve(steps, Instant.now(), List.of(), List.of());
    }

    /**
     * Some steps in a row: those after the point before, up to this one.
     *
     * @param step the last of them, from 1
     * @param loss their mean
     * @param gradientNorm mean of the gradients' global norms before the clip
     * @param learningRate of the last of them
     * @param count how many they are
     * @param seconds that they took, without checkpoints and sheets
     */
    public record Point(int step, double loss, double gradientNorm, double learningRate, int count, double seconds) {

        public double stepsPerSecond() {
            return seconds > 0 ? count / seconds : Double.NaN;
        }

        Point and(Point next) {
            int both = count + next.count;
            return new Point(
                    next.step,
                    (loss * count + next.loss * next.count) / both,
                    (gradientNorm * count + next.gradientNorm * next.count) / both,
                    next.learningRate,
                    both,
                    seconds + next.seconds);
        }
    }

    /** With one more step; where there are too many points, each two become one. */
    public TrainingCurve with(Point step) {
        List<Point> more = new ArrayList<>(points);
        int last = more.size() - 1;
        // All points but the last one hold as many steps as the first.
        if (last > 0 && more.get(last).count() < more.get(0).count()) {
            more.set(last, more.get(last).and(step));
        } else {
            more.add(step);
        }
        return with(more.size() > MOST_POINTS ? halved(more) : more, sheets);
    }

    private static List<Point> halved(List<Point> points) {
        return IntStream.range(0, (points.size() + 1) / 2)
                .mapToObj(i ->
                        2 * i + 1 < points.size() ? points.get(2 * i).and(points.get(2 * i + 1)) : points.get(2 * i))
                .toList();
    }

    /** With one more sheet. */
    public TrainingCurve withSheet(int step) {
        List<Integer> more = new ArrayList<>(sheets);
        more.add(step);
        return with(points, more);
    }

    /** What there was of it at a checkpoint that it goes on from. */
    public TrainingCurve upTo(int step) {
        return with(
                points.stream().filter(point -> point.step() <= step).toList(),
                sheets.stream().filter(sheet -> sheet <= step).toList());
    }

    private TrainingCurve with(List<Point> newPoints, List<Integer> newSheets) {
        return new TrainingCurve(steps, Instant.now(), newPoints, newSheets);
    }

    /** The last point; empty before the first step. */
    public Optional<Point> last() {
        return points.isEmpty() ? Optional.empty() : Optional.of(points.get(points.size() - 1));
    }

    /** The last step made; 0 before the first. */
    public int step() {
        return last().map(Point::step).orElse(0);
    }

    /** The step after which the last sheet was drawn; empty before there is one. */
    public Optional<Integer> lastSheet() {
        return sheets.isEmpty() ? Optional.empty() : Optional.of(sheets.get(sheets.size() - 1));
    }

    /** Seconds that the rest will take at the pace of the last points; NaN before there are any. */
    public double secondsLeft() {
        return secondsAStep() * (steps - step());
    }

    /** The mean of the last points; NaN before there are any. */
    public double secondsAStep() {
        List<Point> recent = points.subList(Math.max(0, points.size() - 8), points.size());
        int made = recent.stream().mapToInt(Point::count).sum();
        double seconds = recent.stream().mapToDouble(Point::seconds).sum();
        return made == 0 ? Double.NaN : seconds / made;
    }
}
