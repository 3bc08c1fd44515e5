package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntBinaryOperator;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroundDistanceMaskTest {
    private static final int SIZE = 96;
    private static final int GREY = 127;
    private static final int NOISE = 6;
    private final MaskExtractor extractor =
            new GroundDistanceMask(0.12, 0.25, PartGround.GREY, new MaskCleanup(0, 1, 4, 0, 64));

    @ParameterizedTest
    @ValueSource(ints = {6, 15, 30})
    void extract_ofDiscInNoise_findsItWithinOnePixel(int radius) {
        Mask mask = extractor.extract(AnomalyPart.of(part((x, y) -> inDisc(x, y, radius) ? 40 : GREY)));

        for (int i = 0; i < SIZE * SIZE; i++) {
            double distance = Math.hypot(i % SIZE - 48, i / SIZE - 48);
            if (Math.abs(distance - radius) > 1) {
                assertThat(isSet(mask, i % SIZE, i / SIZE)).as("pixel %d", i).isEqualTo(distance < radius);
            }
        }
    }

    @Test
    void extract_ofNoiseAlone_isEmpty() {
        assertThat(extractor.extract(AnomalyPart.of(part((x, y) -> GREY))).isEmpty())
                .isTrue();
    }

    @Test
    void extract_ofWeakTail_keepsItOnlyWhereItMeetsACore() {
        IntBinaryOperator levels = (x, y) -> {
            boolean tail = y / 3 == 16 && x >= 48;
            boolean loose = y / 8 == 1 && x < 40;
            return inDisc(x, y, 8) ? 20 : tail || loose ? GREY + 24 : GREY;
        };
        Mask mask = extractor.extract(AnomalyPart.of(part(levels)));

        assertThat(isSet(mask, 90, 49)).isTrue();
        assertThat(isSet(mask, 20, 12)).isFalse();
        assertThat(mask.components().count()).isEqualTo(1);
    }

    @Test
    void extract_ofColoredPart_usesTheStrongestChannel() {
        byte[] levels = new byte[3 * SIZE * SIZE];
        Arrays.fill(levels, (byte) GREY);
        for (int i = 0; i < SIZE * SIZE; i++) {
            levels[i] = (byte) (inDisc(i % SIZE, i / SIZE, 10) ? 230 : GREY);
        }
        Mask mask = extractor.extract(AnomalyPart.of(new Image(SIZE, SIZE, 3, levels).buffered()));

        assertThat(isSet(mask, 48, 48)).isTrue();
        assertThat(isSet(mask, 48, 70)).isFalse();
    }

    @Test
    void extract_ofMidGreyDefectOnColoredGround_findsItWithinOnePixel() {
        PartGround ground = PartGround.parse("#5353ac");
        byte[] levels = ground.pixels(SIZE, SIZE).levels();
        for (int i = 0; i < levels.length; i++) {
            int pixel = i % (SIZE * SIZE);
            levels[i] = inDisc(pixel % SIZE, pixel / SIZE, 20) ? (byte) GREY : levels[i];
        }
        AnomalyPart part = AnomalyPart.of(new Image(SIZE, SIZE, 3, levels).buffered());
        Mask mask = new GroundDistanceMask(0.12, 0.25, ground, new MaskCleanup(0, 1, 4, 0, 64)).extract(part);

        for (int i = 0; i < SIZE * SIZE; i++) {
            double distance = Math.hypot(i % SIZE - 48, i / SIZE - 48);
            if (Math.abs(distance - 20) > 1) {
                assertThat(isSet(mask, i % SIZE, i / SIZE)).as("pixel %d", i).isEqualTo(distance < 20);
            }
        }
    }

    @Test
    void extract_ofRing_fillsOnlySmallHoles() {
        Mask small =
                extractor.extract(AnomalyPart.of(part((x, y) -> inDisc(x, y, 12) && !inDisc(x, y, 4) ? 30 : GREY)));
        Mask large =
                extractor.extract(AnomalyPart.of(part((x, y) -> inDisc(x, y, 30) && !inDisc(x, y, 20) ? 30 : GREY)));

        assertThat(isSet(small, 48, 48)).isTrue();
        assertThat(isSet(large, 48, 48)).isFalse();
    }

    @Test
    void extract_ofSpecksUnderMinimalArea_dropsThem() {
        MaskExtractor coarse = new GroundDistanceMask(0.12, 0.3, PartGround.GREY, new MaskCleanup(0, 0, 10, 0, 0));

        Mask mask = coarse.extract(AnomalyPart.of(part((x, y) -> x < 3 && y < 3 || x > 60 && y > 60 ? 0 : GREY)));

        assertThat(isSet(mask, 1, 1)).isFalse();
        assertThat(isSet(mask, 80, 80)).isTrue();
    }

    @Test
    void extract_ofPartsSmallBesideTheLargest_dropsThem() {
        AnomalyPart part = AnomalyPart.of(part((x, y) -> x < 6 && y < 6 || x > 60 && y > 60 ? 0 : GREY));

        Mask all = new GroundDistanceMask(0.12, 0.3, PartGround.GREY, new MaskCleanup(0, 0, 0, 0, 0)).extract(part);
        assertThat(isSet(all, 2, 2)).isTrue();
        Mask large = new GroundDistanceMask(0.12, 0.3, PartGround.GREY, new MaskCleanup(0, 0, 0, 0.1, 0)).extract(part);
        assertThat(isSet(large, 2, 2)).isFalse();
        assertThat(isSet(large, 80, 80)).isTrue();
    }

    @Test
    void opening_ofBridge_cutsIt() {
        MaskExtractor opening = new GroundDistanceMask(0.12, 0.3, PartGround.GREY, new MaskCleanup(2, 0, 0, 0, 0));

        Mask mask = opening.extract(AnomalyPart.of(part((x, y) -> x < 30 || x > 60 || y == 48 ? 0 : GREY)));

        assertThat(mask.components().count()).isEqualTo(2);
    }

    @Test
    void thresholds_outOfOrder_areRefusedWithValues() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GroundDistanceMask(0.5, 0.3, PartGround.GREY, new MaskCleanup(0, 0, 0, 0, 0)))
                .withMessageContainingAll("0.5", "0.3");
    }

    private static boolean inDisc(int x, int y, int radius) {
        return Math.hypot(x - 48, y - 48) <= radius;
    }

    private static boolean isSet(Mask mask, int x, int y) {
        return mask.set()[y * SIZE + x];
    }

    private static BufferedImage part(IntBinaryOperator levelOfXy) {
        SplittableRandom noise = new SplittableRandom(11);
        byte[] levels = new byte[SIZE * SIZE];
        for (int i = 0; i < levels.length; i++) {
            int level = levelOfXy.applyAsInt(i % SIZE, i / SIZE) + noise.nextInt(-NOISE, NOISE + 1);
            levels[i] = (byte) Math.min(255, Math.max(0, level));
        }
        return new Image(SIZE, SIZE, 1, levels).buffered();
    }
}
