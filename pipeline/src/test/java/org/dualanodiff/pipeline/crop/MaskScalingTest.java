package org.dualanodiff.pipeline.crop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.MaskStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskScalingTest {

    private static final int SIDE = 200;

    @ParameterizedTest
    @CsvSource({"6, 64", "6, 128", "9, 100", "20, 37", "6, 300", "14, 513"})
    void scaling_ofASmallDisc_keepsAreaWithinATenthAndPlace(int radius, int side) {
        Image mask = disc(83, 121, radius);
        MaskStatistics before = MaskStatistics.of(mask.toImage());
        MaskStatistics after =
                MaskStatistics.of(MaskScaling.scaled(mask, side, side).toImage());
        double scale = (double) side / SIDE;
        double area = before.area() * scale * scale;
        assertThat((double) after.area()).isCloseTo(area, within(Math.max(0.5, area / 10)));
        assertThat(after.components()).isEqualTo(1);
        assertThat(after.x() + after.width() / 2.0).isCloseTo(83.5 * scale, within(1.0));
        assertThat(after.y() + after.height() / 2.0).isCloseTo(121.5 * scale, within(1.0));
    }

    @Test
    void scaling_ofALineThinnerThanAPixel_keepsItsLengthAndArea() {
        byte[] levels = new byte[SIDE * SIDE];
        for (int x = 20; x < 180; x++) {
            levels[101 * SIDE + x] = (byte) 255;
        }
        MaskStatistics after = MaskStatistics.of(
                MaskScaling.scaled(new Image(SIDE, SIDE, 1, levels), 50, 50).toImage());
        assertThat(after.area()).isEqualTo(10);
        assertThat(after.width()).isBetween(35, 40);
        assertThat(after.y()).isEqualTo(25);
    }

    @Test
    void scaling_toTheSameSide_changesNothing() {
        Image mask = disc(60, 60, 11);
        assertThat(MaskScaling.scaled(mask, SIDE, SIDE).levels()).isEqualTo(mask.levels());
        Image empty = new Image(SIDE, SIDE, 1, new byte[SIDE * SIDE]);
        assertThat(MaskStatistics.of(MaskScaling.scaled(empty, 50, 50).toImage())
                        .isEmpty())
                .isTrue();
    }

    private static Image disc(int centerX, int centerY, int radius) {
        byte[] levels = new byte[SIDE * SIDE];
        for (int i = 0; i < levels.length; i++) {
            boolean inside = Math.hypot(i % SIDE - centerX, i / SIDE - centerY) <= radius;
            levels[i] = (byte) (inside ? 255 : 0);
        }
        return new Image(SIDE, SIDE, 1, levels);
    }
}
