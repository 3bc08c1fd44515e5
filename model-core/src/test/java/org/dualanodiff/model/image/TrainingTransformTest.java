package org.dualanodiff.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingTransformTest {
    private final TrainingTransform transform = new TrainingTransform(2);

    @Test
    void image_ofGreyLevels_isReplicatedWithoutGamma() {
        float[] image = transform.image(gray(2, 2, 0, 64, 128, 255), Flip.NONE);

        assertThat(image).hasSize(12);
        for (int c = 0; c < 3; c++) {
            assertThat(image[4 * c]).isEqualTo(-1f);
            assertThat(image[4 * c + 1]).isCloseTo(64 / 127.5f - 1, within(1e-6f));
            assertThat(image[4 * c + 2]).isCloseTo(128 / 127.5f - 1, within(1e-6f));
            assertThat(image[4 * c + 3]).isEqualTo(1f);
        }
    }

    @Test
    void mask_ofNoisyLevels_isOneFromLevel128On() {
        assertThat(transform.mask(gray(2, 2, 3, 127, 128, 250), Flip.NONE)).containsExactly(0f, 0f, 1f, 1f);
    }

    @Test
    void anomaly_outsideMask_isMidGrey() {
        TrainingTransform.Pixels pixels =
                square(transform, gray(2, 2, 0, 255, 0, 255), gray(2, 2, 255, 255, 0, 0), Flip.NONE);

        assertThat(pixels.anomaly()).containsExactly(-1f, 1f, 0f, 0f, -1f, 1f, 0f, 0f, -1f, 1f, 0f, 0f);
    }

    @Test
    void anomaly_outsideMask_isTheGivenGround() {
        TrainingTransform onBlue = new TrainingTransform(2, PartGround.parse("#0000ff"));

        TrainingTransform.Pixels pixels =
                square(onBlue, gray(2, 2, 255, 255, 0, 255), gray(2, 2, 255, 255, 0, 0), Flip.NONE);

        assertThat(pixels.anomaly()).containsExactly(1f, 1f, -1f, -1f, 1f, 1f, -1f, -1f, 1f, 1f, 1f, 1f);
    }

    @ParameterizedTest
    @EnumSource(Flip.class)
    void apply_withFlip_mirrorsImageAndMaskAlike(Flip flip) {
        BufferedImage corner = gray(2, 2, 255, 0, 0, 0);
        int expected = (flip.vertical() ? 2 : 0) + (flip.horizontal() ? 1 : 0);

        TrainingTransform.Pixels pixels = square(transform, corner, corner, flip);

        for (int i = 0; i < 4; i++) {
            assertThat(pixels.mask()[i]).isEqualTo(i == expected ? 1f : 0f);
            assertThat(pixels.image()[8 + i]).isEqualTo(i == expected ? 1f : -1f);
        }
    }

    @Test
    void background_underSoftObjectMask_blendsTowardsBlack() {
        float[] background =
                transform.background(gray(2, 2, 200, 200, 200, 200), gray(2, 2, 0, 255, 128, 1), Flip.NONE);

        BufferedImage levels = Image.ofSigned(background, 2, 2).buffered();
        assertThat(Image.rgb(levels).levels()).startsWith((byte) 200, (byte) 0, (byte) 100, (byte) 199);
    }

    @Test
    void apply_withMaskOfOtherSize_namesBothSizes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> square(transform, gray(2, 2, 0, 0, 0, 0), gray(1, 2, 0, 0), Flip.NONE))
                .withMessageContainingAll("2 x 2", "1 x 2");
    }

    private static BufferedImage gray(int width, int height, int... values) {
        byte[] levels = new byte[values.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) values[i];
        }
        return new Image(width, height, 1, levels).buffered();
    }

    /** Of a square pair, which has one window: all of it. */
    private static TrainingTransform.Pixels square(
            TrainingTransform transform, BufferedImage photograph, BufferedImage mask, Flip flip) {
        return transform.windows(photograph, mask, Optional.empty(), flip).get(0);
    }
}
