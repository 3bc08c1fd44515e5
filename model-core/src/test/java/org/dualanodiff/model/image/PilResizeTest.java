package org.dualanodiff.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PilResizeTest {
    @Test
    void resize_toHalf_weighsNeighborsByTriangle() {
        // Scale 2: weights 1/8, 3/8, 3/8, 1/8 inside; at the border the outer tap is missing and the rest renormalized.
        Image row = gray(6, 1, 0, 0, 80, 160, 255, 255);

        Image half = PilResize.resize(row, 3, 1);

        assertThat(half.levels()).containsExactly(levels(11, 122, 241));
    }

    @Test
    void resize_toDouble_interpolatesLinearly() {
        assertThat(PilResize.resize(gray(2, 1, 0, 100), 4, 1).levels()).containsExactly(levels(0, 25, 75, 100));
    }

    @Test
    void resize_ofColumn_equalsResizeOfRow() {
        byte[] values = levels(3, 77, 200, 13, 255, 90, 4);
        byte[] asRow = PilResize.resize(new Image(7, 1, 1, values), 3, 1).levels();
        byte[] asColumn = PilResize.resize(new Image(1, 7, 1, values), 1, 3).levels();

        assertThat(asColumn).isEqualTo(asRow);
    }

    @Test
    void resize_ofConstantPlanes_keepsEachLevel() {
        byte[] planes = new byte[3 * 35];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (byte) (i / 35 * 120);
        }
        Image resized = PilResize.resize(new Image(7, 5, 3, planes), 4, 3);

        assertThat(resized.level(0, 2, 3)).isZero();
        assertThat(resized.level(1, 1, 1)).isEqualTo(120);
        assertThat(resized.level(2, 0, 0)).isEqualTo(240);
    }

    @Test
    void resizeShorterSide_ofPortrait_cutsLongerSideDown() {
        Image resized = PilResize.resizeShorterSide(new Image(3, 5, 1, new byte[15]), 8);

        assertThat(resized.width()).isEqualTo(8);
        assertThat(resized.height()).isEqualTo(13);
    }

    @Test
    void centerCrop_ofOddRest_roundsHalfToEven() {
        assertThat(PilResize.centerCrop(gray(3, 2, 0, 1, 2, 3, 4, 5), 2).levels())
                .containsExactly(levels(0, 1, 3, 4));
        assertThat(PilResize.centerCrop(gray(5, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), 2)
                        .levels())
                .containsExactly(levels(2, 3, 7, 8));
    }

    @Test
    void centerCrop_largerThanImage_namesBothSizes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PilResize.centerCrop(gray(2, 1, 1, 2), 2))
                .withMessageContainingAll("2 x 2", "2 x 1");
    }

    private static Image gray(int width, int height, int... values) {
        return new Image(width, height, 1, levels(values));
    }

    private static byte[] levels(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
