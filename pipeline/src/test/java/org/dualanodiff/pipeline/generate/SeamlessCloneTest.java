package org.dualanodiff.pipeline.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.crop.Borders;
import org.junit.jupiter.api.Test;

class SeamlessCloneTest {

    private static final int SIDE = 48;
    private static final Borders CUT = new Borders(false, false, false, false);

    @Test
    void clone_ofAPictureOfAnotherColor_hasTheDefectAndNoSeam() {
        // A ramp with a spot 60 levels darker, on a darker ramp that falls the other way.
        Image good = picture(0, 90, 1);
        Image composed = SeamlessClone.compose(picture(60, 200, -1), good, mask(20, 27), CUT);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int distance = Math.max(outside(x), outside(y));
                if (distance >= 3) {
                    assertThat(composed.level(1, y, x)).isEqualTo(good.level(1, y, x));
                } else if (distance > 0) {
                    assertThat((double) composed.level(1, y, x)).isCloseTo(good.level(1, y, x), within(6.0));
                } else {
                    assertThat((double) composed.level(1, y, x)).isCloseTo(good.level(1, y, x) - 60, within(6.0));
                }
            }
        }
    }

    @Test
    void clone_atTheSidesThatCutAPhotograph_leavesThemGood() {
        Image good = picture(0, 90, 1);
        Image composed = SeamlessClone.compose(picture(0, 200, 1), good, mask(0, 47), CUT);
        for (int i = 0; i < SIDE; i++) {
            assertThat(composed.level(0, 0, i)).isEqualTo(good.level(0, 0, i));
            assertThat(composed.level(2, i, SIDE - 1)).isEqualTo(good.level(2, i, SIDE - 1));
        }
        assertThat(SeamlessClone.compose(picture(0, 200, 1), good, mask(1, 0), CUT)
                        .levels())
                .isEqualTo(good.levels());
    }

    /** As a chip in the edge of a product that fills the photograph. */
    @Test
    void clone_atTheEdgesOfAPhotograph_hasTheDefectUpToThem() {
        Image good = picture(0, 90, 1);
        byte[] chipped = picture(0, 200, 1).levels();
        Mask mask = mask(0, 11);
        for (int i = 0; i < chipped.length; i++) {
            chipped[i] = (byte) ((chipped[i] & 0xff) - (mask.set()[i % (SIDE * SIDE)] ? 60 : 0));
        }
        Image composed = SeamlessClone.compose(
                new Image(SIDE, SIDE, 3, chipped), good, mask, new Borders(true, true, false, false));
        for (int i = 0; i < 12; i++) {
            assertThat((double) composed.level(0, 0, i)).isCloseTo(good.level(0, 0, i) - 60, within(3.0));
            assertThat((double) composed.level(0, i, 0)).isCloseTo(good.level(0, i, 0) - 60, within(3.0));
        }
        assertThat(composed.level(0, 20, 20)).isEqualTo(good.level(0, 20, 20));
    }

    /** A flat picture set into a ramp is that ramp: harmonic from border to border, whatever was there before. */
    @Test
    void clone_ofALargeRegion_isAsExactAsOfASmallOne() {
        int side = 320;
        byte[] good = new byte[3 * side * side];
        byte[] flat = new byte[3 * side * side];
        boolean[] mask = new boolean[side * side];
        for (int i = 0; i < good.length; i++) {
            int x = i % side;
            int y = i / side % side;
            boolean inside = Math.min(x, y) > 8 && Math.max(x, y) < side - 9;
            good[i] = (byte) (inside ? 0 : 40 + x / 2);
            flat[i] = 100;
            mask[i % mask.length] = inside;
        }
        Image composed = SeamlessClone.compose(
                new Image(side, side, 3, flat), new Image(side, side, 3, good), new Mask(side, side, mask), CUT);
        for (int x = 1; x < side - 1; x += 9) {
            assertThat((double) composed.level(1, side / 2, x)).isCloseTo(40 + x / 2.0, within(2.0));
        }
    }

    private static int outside(int at) {
        return Math.max(0, Math.max(20 - at, at - 27));
    }

    private static Image picture(int spot, int level, int slope) {
        byte[] levels = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < levels.length; i++) {
            int x = i % SIDE;
            int y = i / SIDE % SIDE;
            boolean dark = outside(x) == 0 && outside(y) == 0;
            levels[i] = (byte) (level + slope * (x - SIDE / 2) / 2 - (dark ? spot : 0));
        }
        return new Image(SIDE, SIDE, 3, levels);
    }

    private static Mask mask(int first, int last) {
        return Mask.where(
                SIDE, SIDE, i -> Math.min(i % SIDE, i / SIDE) >= first && Math.max(i % SIDE, i / SIDE) <= last);
    }
}
