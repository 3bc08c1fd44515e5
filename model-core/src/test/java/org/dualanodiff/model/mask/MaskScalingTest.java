package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskScalingTest {

    private static final int SIDE = 200;

    @ParameterizedTest
    @CsvSource({"6, 64", "6, 128", "9, 100", "20, 37", "6, 300", "14, 513"})
    void scaling_ofASmallDisc_keepsAreaWithinATenthAndPlace(int radius, int side) {
        Mask before = disc(83, 121, radius);
        Mask after = before.scaled(side, side);
        double scale = (double) side / SIDE;
        double area = before.area() * scale * scale;
        assertThat((double) after.area()).isCloseTo(area, within(Math.max(0.5, area / 10)));
        assertThat(after.components().count()).isEqualTo(1);
        assertThat(after.box().centerX()).isCloseTo(83.5 * scale, within(1.0));
        assertThat(after.box().centerY()).isCloseTo(121.5 * scale, within(1.0));
    }

    @Test
    void scaling_ofALineThinnerThanAPixel_keepsItsLengthAndArea() {
        Mask after = Mask.where(SIDE, SIDE, i -> i / SIDE == 101 && i % SIDE >= 20 && i % SIDE < 180)
                .scaled(50, 50);
        assertThat(after.area()).isEqualTo(10);
        assertThat(after.box().width()).isBetween(35, 40);
        assertThat(after.box().y()).isEqualTo(25);
    }

    @Test
    void scaling_toTheSameSide_changesNothing() {
        Mask mask = disc(60, 60, 11);
        assertThat(mask.scaled(SIDE, SIDE).set()).isEqualTo(mask.set());
        assertThat(Mask.where(SIDE, SIDE, i -> false).scaled(50, 50).isEmpty()).isTrue();
    }

    private static Mask disc(int centerX, int centerY, int radius) {
        return Mask.where(SIDE, SIDE, i -> Math.hypot(i % SIDE - centerX, i / SIDE - centerY) <= radius);
    }
}
