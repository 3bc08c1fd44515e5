package org.dualanodiff.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    @ParameterizedTest
    @CsvSource({"kitten, sitting, 3", "steps, steps, 0", "'', abc, 3", "flaw, lawn, 2"})
    void distance_ofTwoWords_countsEdits(String a, String b, int edits) {
        assertThat(NearestName.distance(a, b)).isEqualTo(edits);
    }

    @Test
    void nearest_ofAWordFarFromAll_isEmpty() {
        assertThat(NearestName.of("colour", List.of("steps", "rank"))).isEmpty();
    }

    @Test
    void nearest_ofAWordNearTwo_isTheNearer() {
        assertThat(NearestName.of("stepp", List.of("stop", "steps"))).contains("steps");
    }
}
