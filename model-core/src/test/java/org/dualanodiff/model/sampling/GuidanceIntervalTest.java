package org.dualanodiff.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.dualanodiff.model.sampling.SamplingConfig.GuidanceInterval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuidanceIntervalTest {

    @Test
    void interval_whole_containsBothEnds() {
        assertThat(GuidanceInterval.WHOLE.contains(0, 1000)).isTrue();
        assertThat(GuidanceInterval.WHOLE.contains(999, 1000)).isTrue();
        assertThat(GuidanceInterval.WHOLE.contains(0, 1)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, false", "249, false", "250, true", "500, true", "750, true", "751, false", "1000, false"})
    void interval_middleHalf_containsItsBoundsOnly(int timestep, boolean inside) {
        assertThat(new GuidanceInterval(0.25, 0.75).contains(timestep, 1001)).isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({"-0.1, 1", "0, 1.1", "0.6, 0.4", "NaN, 1", "0, NaN"})
    void interval_outOfOrder_isRefusedWithBothBounds(double from, double to) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GuidanceInterval(from, to))
                .withMessageContainingAll("0 <= from <= to <= 1", Double.toString(from), Double.toString(to));
    }
}
