package org.dualanodiff.pipeline.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.crop.Window;
import org.junit.jupiter.api.Test;

class AnchoredImageTest {

    private static final int SIDE = 24;

    @Test
    void image_threePixelsFromTheMask_isTheGoodOneByteForByte() {
        Image good = filled(40);
        Image composed = AnchoredImage.compose(filled(200), good, square(8, 14));

        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int distance = Math.max(outside(x, 8, 14), outside(y, 8, 14));
                if (distance >= 3) {
                    assertThat(composed.level(0, y, x)).isEqualTo(good.level(0, y, x));
                } else if (distance == 0) {
                    assertThat(composed.level(2, y, x)).isEqualTo(200);
                } else {
                    assertThat(composed.level(1, y, x)).isBetween(120, 200);
                }
            }
        }
    }

    @Test
    void window_thatWasRedrawn_isTheGeneratedOneAndFadesWhereItCutsThePhotograph() {
        Image photograph = filled(40);
        // Its left and upper side are inside the photograph.
        Image redrawn =
                AnchoredImage.redrawn(colored(200, 200, 200).crop(0, 0, 16, 16), photograph, new Window(8, 8, 16, 16));
        assertThat(redrawn.level(0, 15, 15)).isEqualTo(200);
        assertThat(redrawn.level(0, 1, 15)).isEqualTo(200);
        assertThat(redrawn.level(0, 0, 15)).isEqualTo(120);
        assertThat(redrawn.level(0, 15, 0)).isEqualTo(120);
    }

    @Test
    void image_withoutMask_isTheGoodOne() {
        byte[] levels = AnchoredImage.compose(filled(200), filled(40), new Mask(SIDE, SIDE, new boolean[SIDE * SIDE]))
                .levels();
        assertThat(levels).isEqualTo(filled(40).levels());
    }

    @Test
    void image_onAGoodOneWithoutColor_hasNoneEither() {
        Image tinted = colored(200, 190, 180);
        Image onGrey = AnchoredImage.compose(tinted, filled(40), square(8, 14));
        assertThat(onGrey.isMonochrome()).isTrue();
        assertThat(onGrey.level(0, 10, 10)).isBetween(180, 200);

        Image onColor = AnchoredImage.compose(tinted, colored(40, 41, 40), square(8, 14));
        assertThat(onColor.crop(10, 10, 1, 1).levels()).containsExactly((byte) 200, (byte) 190, (byte) 180);
    }

    private static Image colored(int red, int green, int blue) {
        byte[] levels = new byte[3 * SIDE * SIDE];
        Arrays.fill(levels, 0, SIDE * SIDE, (byte) red);
        Arrays.fill(levels, SIDE * SIDE, 2 * SIDE * SIDE, (byte) green);
        Arrays.fill(levels, 2 * SIDE * SIDE, levels.length, (byte) blue);
        return new Image(SIDE, SIDE, 3, levels);
    }

    private static int outside(int at, int first, int last) {
        return Math.max(0, Math.max(first - at, at - last));
    }

    private static Image filled(int level) {
        return colored(level, level, level);
    }

    private static Mask square(int first, int last) {
        return Mask.where(
                SIDE, SIDE, i -> Math.max(outside(i % SIDE, first, last), outside(i / SIDE, first, last)) == 0);
    }
}
