package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RunLengthsTest {

    @Test
    void runs_goDownTheColumnsAndBeginWithBackground() {
        assertThat(RunLengths.of(Mask.where(2, 2, i -> i != 1)).counts()).containsExactly(0, 2, 1, 1);
    }

    @Test
    void runs_ofAnyMask_areReadBackFromTheirTextAndGiveTheMask() {
        LongStream.range(0, 500).forEach(seed -> {
            Mask mask = random(seed);
            RunLengths runs = RunLengths.of(mask);
            assertThat(read(runs.compressed()))
                    .isEqualTo(IntStream.of(runs.counts()).boxed().toList());
            assertThat(RunLengths.parse(runs.compressed()).counts()).isEqualTo(runs.counts());
            assertThat(runs.mask(mask.width(), mask.height()).set()).isEqualTo(mask.set());
        });
    }

    @Test
    void text_ofLongRuns_takesSeveralCharacters() {
        assertThat(RunLengths.of(Mask.where(300, 300, i -> false)).compressed()).isEqualTo("`lg2");
        assertThat(read("`lg2")).containsExactly(90_000);
    }

    @Test
    void runLengths_ofKnownCounts_compressAsTheFormatSays() {
        // 5 and 3 as they are; 40 in two groups; then the difference 2 - 3 = -1, in one group with its sign set.
        assertThat(new RunLengths(new int[] {5, 3, 40, 2}).compressed()).isEqualTo("53X1O");
        assertThat(RunLengths.parse("53X1O").counts()).containsExactly(5, 3, 40, 2);
    }

    private static Mask random(long seed) {
        Random random = new Random(seed);
        double density = random.nextDouble();
        return Mask.where(1 + random.nextInt(12), 1 + random.nextInt(12), i -> random.nextDouble() < density);
    }

    /** As {@code rleFrString} of the COCO API does it. */
    private static List<Integer> read(String text) {
        List<Integer> runs = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int value = 0;
            int shift = 0;
            int group;
            do {
                group = text.charAt(at++) - 48;
                value |= (group & 0x1f) << shift;
                shift += 5;
            } while ((group & 0x20) != 0);
            if ((group & 0x10) != 0) {
                value |= -1 << shift;
            }
            runs.add(runs.size() > 2 ? value + runs.get(runs.size() - 2) : value);
        }
        return runs;
    }
}
