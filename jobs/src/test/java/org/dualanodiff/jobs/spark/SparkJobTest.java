package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.junit.jupiter.api.Test;

class SparkJobTest {

    @Test
    void named_ofFewUnits_namesEachOnce() {
        UnitKey hole = new UnitKey("cloth", "hole");
        assertThat(SparkJob.named(Stream.of(hole, new UnitKey("cloth", "stain"), hole)))
                .isEqualTo("cloth/hole, cloth/stain");
    }

    @Test
    void named_ofManyUnits_namesTheFirstAndCountsTheOthers() {
        assertThat(SparkJob.named(Stream.of("a", "b", "c", "d", "e", "f"))).isEqualTo("a, b, c, d and 2 more");
    }
}
