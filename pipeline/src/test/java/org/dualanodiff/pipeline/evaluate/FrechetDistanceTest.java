package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.dualanodiff.model.random.NoiseSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sets of the same covariance are as far apart as their means, however few images there are. */
class FrechetDistanceTest {

    @ParameterizedTest
    @CsvSource({"30, 512", "32, 128", "200, 16"})
    void distance_ofAShiftedSet_isTheSquareOfTheShift(int images, int features) {
        float[][] one = rows(images, features, 0);
        assertThat(FrechetDistance.between(one, rows(images, features, 0.5f)))
                .isCloseTo(0.25 * features, within(1e-5 * features));
        assertThat(FrechetDistance.between(one, one)).isCloseTo(0, within(1e-6 * features));
    }

    private static float[][] rows(int images, int features, float shift) {
        float[][] rows = new float[images][];
        for (int i = 0; i < images; i++) {
            rows[i] = NoiseSource.gaussian(features, "features", Integer.toString(i));
            for (int k = 0; k < features; k++) {
                rows[i][k] += shift;
            }
        }
        return rows;
    }
}
