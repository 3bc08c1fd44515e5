package org.dualanodiff.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.dualanodiff.pipeline.store.TrainingCurve.Point;
import org.junit.jupiter.api.Test;

class TrainingCurveTest {

    @Test
    void curve_ofFewSteps_hasAPointForEach() {
        TrainingCurve curve = steps(20);
        assertThat(curve.points()).hasSize(20).allMatch(point -> point.count() == 1);
        assertThat(curve.step()).isEqualTo(20);
    }

    @Test
    void curve_ofManySteps_keepsAllOfThemInFewPoints() {
        TrainingCurve curve = steps(5003);
        assertThat(curve.points()).hasSizeBetween(TrainingCurve.MOST_POINTS / 2, TrainingCurve.MOST_POINTS);
        assertThat(curve.points().stream().mapToInt(Point::count).sum()).isEqualTo(5003);
        List<Integer> counts = curve.points().stream().map(Point::count).toList();
        assertThat(counts.subList(0, counts.size() - 1)).containsOnly(64);
        assertThat(curve.points()).isSortedAccordingTo((a, b) -> a.step() - b.step());
        assertThat(curve.step()).isEqualTo(5003);
        assertThat(Json.bytes(curve)).hasSizeLessThan(30_000);
    }

    @Test
    void point_ofManySteps_isTheirMeanAndTheirTime() {
        Point point = steps(5003).points().get(1);
        // Losses are the steps themselves: those from 65 to 128.
        assertThat(point.loss()).isCloseTo(96.5, within(1e-9));
        assertThat(point.gradientNorm()).isCloseTo(193, within(1e-9));
        assertThat(point.learningRate()).isEqualTo(1 / 128.0);
        assertThat(point.stepsPerSecond()).isCloseTo(4, within(1e-9));
    }

    @Test
    void secondsLeft_followFromTheLastPoints() {
        TrainingCurve curve =
                new TrainingCurve(100, steps(0).updatedAt(), steps(20).points(), List.of());
        assertThat(curve.secondsLeft()).isCloseTo(20, within(1e-9));
        assertThat(steps(0).secondsLeft()).isNaN();
    }

    @Test
    void curve_takenUpAtACheckpoint_forgetsWhatCameAfterAndGoesOn() {
        TrainingCurve resumed = steps(20).withSheet(10).withSheet(20).upTo(12);
        assertThat(resumed.step()).isEqualTo(12);
        assertThat(resumed.sheets()).containsExactly(10);
        assertThat(resumed.with(step(13)).step()).isEqualTo(13);
    }

    @Test
    void curve_writtenAndRead_isTheSame() {
        TrainingCurve curve = steps(3).withSheet(2);
        assertThat(Json.parse(Json.bytes(curve), TrainingCurve.class, "curve")).isEqualTo(curve);
    }

    private static TrainingCurve steps(int count) {
        TrainingCurve curve = TrainingCurve.begin(100);
        for (int step = 1; step <= count; step++) {
            curve = curve.with(step(step));
        }
        return curve;
    }

    private static Point step(int step) {
        return new Point(step, step, 2 * step, 1.0 / step, 1, 0.25);
    }
}
