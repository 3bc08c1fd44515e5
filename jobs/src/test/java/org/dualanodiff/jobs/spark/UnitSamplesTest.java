package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.dualanodiff.pipeline.quality.AcceptedCopies;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.junit.jupiter.api.Test;

class UnitSamplesTest {

    private static final AcceptedCopies RULE = new AcceptedCopies(1, 0.5);

    @Test
    void samples_mergedAndStaged_areCountedWithTheirReasons() {
        UnitSamples samples = UnitSamples.of(
                List.of(
                        line(true, 0, 1),
                        line(true, 1, 2, "no_change", "flat"),
                        line(false, 2, 3, "flat"),
                        line(false, 3, 4)),
                RULE);
        assertThat(samples.indices()).isEqualTo(BitSet.valueOf(new long[] {0b1111}));
        assertThat(samples.rejected()).isEqualTo(BitSet.valueOf(new long[] {0b0110}));
        assertThat(samples.reasons()).isEqualTo(Map.of("no_change", 1, "flat", 2));
        assertThat(samples.accepted()).isEqualTo(2);
    }

    @Test
    void samples_stagedCopiesOfMergedAndOfEarlierStaged_areRejected() {
        List<UnitSamples.Line> lines = new ArrayList<>(
                List.of(line(true, 0, 1), line(false, 1, 2), line(false, 2, 1), line(false, 3, 2), line(false, 4, 3)));
        UnitSamples samples = UnitSamples.of(lines, RULE);
        assertThat(samples.copies().copies()).containsExactlyInAnyOrder(2L, 3L);
        assertThat(samples.reasons()).isEqualTo(Map.of("near_copy_of_accepted", 2));
        assertThat(samples.copiesAmong(new int[] {0, 1, 2})).isEqualTo(1);
        Collections.reverse(lines);
        assertThat(UnitSamples.of(lines, RULE)).isEqualTo(samples);
    }

    /** The merge had written its rows and was stopped before it deleted the staged ones. */
    @Test
    void samples_stagedThatAreMergedAlready_areNotCopiesOfThemselves() {
        UnitSamples samples = UnitSamples.of(List.of(line(true, 0, 1), line(false, 0, 1)), RULE);
        assertThat(samples.accepted()).isEqualTo(1);
        assertThat(samples.staged()).isTrue();
        assertThat(samples.copies().distances()).isEmpty();
    }

    /** Two drivers cut their tasks differently, and both have staged sample 1. */
    @Test
    void samples_stagedTwice_countOnceAndAreNoCopiesOfThemselves() {
        UnitSamples samples = UnitSamples.of(List.of(line(false, 0, 1), line(false, 1, 2), line(false, 1, 2)), RULE);
        assertThat(samples.repeated()).isTrue();
        assertThat(samples.pending()).isEqualTo(BitSet.valueOf(new long[] {0b11}));
        assertThat(samples.accepted()).isEqualTo(2);
        assertThat(samples.copies().copies()).isEmpty();
    }

    /** Pictures of one number are alike. */
    private static UnitSamples.Line line(boolean merged, long index, int number, String... reasons) {
        byte[] bytes = new byte[2048];
        for (int i = 0; i < 1024; i++) {
            bytes[i] = (byte) (100 + 50 * Math.sin(i * number / 7.0));
            bytes[1024 + i] = (byte) (i % 32 / 8 == 1 && i / 256 == 1 ? 255 : 0);
        }
        return new UnitSamples.Line(merged, index, reasons.length == 0, List.of(reasons), PairSignature.of(bytes));
    }
}
