package org.dualanodiff.pipeline.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.dualanodiff.model.image.Image;
import org.junit.jupiter.api.Test;

class RunLengthTextTest {

    @Test
    void runs_goDownTheColumnsAndBeginWithBackground() {
        assertThat(RunLengthText.runs(TestMasks.of("#.", "##"))).containsExactly(0, 2, 1, 1);
    }

    @Test
    void text_ofAnyMask_readsBackToItsRuns() {
        LongStream.range(0, 500).forEach(seed -> {
            Image mask = TestMasks.random(seed);
            assertThat(read(RunLengthText.of(mask))).isEqualTo(RunLengthText.runs(mask));
        });
    }

    @Test
    void text_ofLongRuns_takesSeveralCharacters() {
        Image mask = new Image(300, 300, 1, new byte[90_000]);
        assertThat(RunLengthText.of(mask)).isEqualTo("`lg2");
        assertThat(read("`lg2")).containsExactly(90_000);
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
