package org.dualanodiff.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.dualanodiff.pipeline.report.Chart.Axis;
import org.dualanodiff.pipeline.report.Section.AxisScale;
import org.junit.jupiter.api.Test;

class AxisTest {

    @Test
    void ticks_ofLinearAxis_areRoundNumbersInside() {
        assertThat(new Axis(0, 5000, AxisScale.LINEAR).ticks(5))
                .containsExactly(0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0);
        assertThat(new Axis(0.13, 0.42, AxisScale.LINEAR).ticks(4).stream().map(Axis::label))
                .containsExactly("0.2", "0.3", "0.4");
    }

    @Test
    void labels_ofSmallNumbers_haveExponents() {
        assertThat(new Axis(0, 2e-5, AxisScale.LINEAR).ticks(4).stream().map(Axis::label))
                .containsExactly("0", "5e-6", "1e-5", "1.5e-5", "2e-5");
        assertThat(Axis.label(0.0002)).isEqualTo("0.0002");
        assertThat(new Axis(9.8e-5, 9.9e-5, AxisScale.LINEAR).ticks(2).stream().map(Axis::label))
                .containsExactly("9.8e-5", "9.85e-5", "9.9e-5");
    }

    @Test
    void ticks_ofLogarithmicAxis_areDecades() {
        assertThat(new Axis(0.05, 20, AxisScale.LOGARITHMIC).ticks(5).stream().map(Axis::label))
                .containsExactly("0.1", "1", "10");
    }

    @Test
    void position_andValue_areInverse() {
        Axis axis = new Axis(0.05, 20, AxisScale.LOGARITHMIC);
        assertThat(axis.value(axis.position(3))).isCloseTo(3, within(1e-9));
        assertThat(axis.position(1)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void over_equalValues_isStillWide() {
        assertThat(Axis.over(3, 3, AxisScale.LINEAR).position(3)).isEqualTo(0.5);
        assertThat(Axis.over(3, 3, AxisScale.LOGARITHMIC).position(3)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void shares_ofValues_sumToOneAndKeepTheLargest() {
        Axis axis = new Axis(0, 10.00001, AxisScale.LINEAR);
        double[] shares = Chart.shares(new double[] {0, 5, 10}, axis);
        assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-9));
    }

    @Test
    void significant_digitsAndDurations_readWell() {
        assertThat(Readable.digits(0.012345, 2)).isEqualTo("0.012");
        assertThat(Readable.digits(12345.6, 3)).isEqualTo("12,346");
        assertThat(Readable.digits(Double.NaN, 3)).isEqualTo("-");
        assertThat(Readable.duration(59.94)).isEqualTo("59.9 s");
        assertThat(Readable.duration(5400)).isEqualTo("90 min");
        assertThat(Readable.duration(36000)).isEqualTo("10 h");
    }
}
