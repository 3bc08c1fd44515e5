package org.dualanodiff.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownKeysTest {
    @ParameterizedTest
    @CsvSource({"kitten, sitting, 3", "steps, steps, 0", "'', abc, 3", "flaw, lawn, 2"})
    void distance_ofTwoWords_countsEdits(String a, String b, int edits) {
        assertThat(KnownKeys.NearestName.distance(a, b)).isEqualTo(edits);
    }

    @Test
    void nearest_ofAWordFarFromAll_isEmpty() {
        assertThat(KnownKeys.NearestName.of("colour", List.of("steps", "rank"))).isEmpty();
    }

    @Test
    void nearest_ofAWordNearTwo_isTheNearer() {
        assertThat(KnownKeys.NearestName.of("stepp", List.of("stop", "steps"))).contains("steps");
    }
}
