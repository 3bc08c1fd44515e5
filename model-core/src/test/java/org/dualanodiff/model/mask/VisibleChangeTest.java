package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;
import org.junit.jupiter.api.Test;

class VisibleChangeTest {

    private static final int SIDE = 48;
    private static final MaskCleanup NOTHING = new MaskCleanup(0, 0, 0, 0, 0);

    @Test
    void change_ofAGenerousMask_leavesWhatDiffersAndNothingBeside() {
        BufferedImage good = square(0, 0, 100, 100);
        BufferedImage generated = square(16, 32, 140, 100);
        BufferedImage generous = square(8, 40, 255, 0);

        Mask seen = new VisibleChange(18, NOTHING).apply(Mask.of(generous), generated, good);
        assertThat(seen.box().x()).isEqualTo(16);
        assertThat(seen.box().width()).isEqualTo(16);
        assertThat(seen.area()).isBetween(240, 256);

        BufferedImage beside = square(36, 44, 255, 0);
        assertThat(new VisibleChange(18, NOTHING)
                        .apply(Mask.of(beside), generated, good)
                        .isEmpty())
                .isTrue();
    }

    @Test
    void change_ofGrainAlone_isNone() {
        byte[] levels = new byte[SIDE * SIDE];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (100 + (i % 2 == 0 ? 15 : -15));
        }
        BufferedImage grain = new Image(SIDE, SIDE, 1, levels).buffered();
        BufferedImage mask = square(8, 40, 255, 0);
        assertThat(new VisibleChange(8, NOTHING)
                        .apply(Mask.of(mask), grain, square(0, 0, 100, 100))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void change_withoutLevels_isRefused() {
        assertThatThrownBy(() -> new VisibleChange(0, NOTHING)).hasMessageContaining("more than 0 levels");
    }

    private static BufferedImage square(int from, int to, int inside, int outside) {
        byte[] levels = new byte[SIDE * SIDE];
        for (int i = 0; i < levels.length; i++) {
            boolean in = Math.min(i % SIDE, i / SIDE) >= from && Math.max(i % SIDE, i / SIDE) < to;
            levels[i] = (byte) (in ? inside : outside);
        }
        return new Image(SIDE, SIDE, 1, levels).buffered();
    }
}
