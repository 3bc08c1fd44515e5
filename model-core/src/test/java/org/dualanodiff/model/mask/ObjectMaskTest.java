package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ObjectMaskTest {

    private static final int SIZE = 96;

    @Test
    void learn_fromProductOnPlainGround_findsIt() {
        List<BufferedImage> good = IntStream.range(0, 4)
                .mapToObj(i -> disc(40 + 4 * i, 30, 90, 180, 4))
                .toList();
        ObjectMask mask = ObjectMask.learn(good).mask().orElseThrow();
        assertThat(intersectionOverUnion(mask.mask(disc(44, 30, 90, 180, 4)), 44, 30))
                .isGreaterThan(0.93);
    }

    @Test
    void learn_fromDarkProduct_findsItToo() {
        ObjectMask mask =
                ObjectMask.learn(List.of(disc(48, 25, 200, 60, 3))).mask().orElseThrow();
        assertThat(intersectionOverUnion(mask.mask(disc(48, 25, 200, 60, 3)), 48, 25))
                .isGreaterThan(0.93);
    }

    @Test
    void learn_fromTexture_isRefusedForItsBorder() {
        ObjectMask.Learned learned = ObjectMask.learn(List.of(disc(48, 0, 120, 120, 60)));
        assertThat(learned.mask()).isEmpty();
        assertThat(learned.reason()).contains("not of one color");
    }

    @Test
    void learn_fromEmptyGround_isRefusedForItsArea() {
        ObjectMask.Learned learned = ObjectMask.learn(List.of(disc(48, 0, 120, 120, 2)));
        assertThat(learned.mask()).isEmpty();
        assertThat(learned.reason()).contains("would cover");
    }

    @Test
    void learn_fromProductOfChangingSize_isRefusedForItsVariation() {
        ObjectMask.Learned learned =
                ObjectMask.learn(List.of(disc(48, 12, 90, 180, 2), disc(48, 40, 90, 180, 2), disc(48, 14, 90, 180, 2)));
        assertThat(learned.mask()).isEmpty();
        assertThat(learned.reason()).contains("varies");
    }

    private static BufferedImage disc(int center, int radius, int ground, int object, int noise) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_3BYTE_BGR);
        Random random = new Random(1);
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                int level = inside(x, y, center, radius) ? object : ground;
                for (int c = 0; c < 3; c++) {
                    double noisy = level + noise * random.nextGaussian();
                    image.getRaster().setSample(x, y, c, (int) Math.min(255, Math.max(0, noisy)));
                }
            }
        }
        return image;
    }

    private static boolean inside(int x, int y, int center, int radius) {
        return Math.hypot(x - center, y - 48) < radius;
    }

    private static double intersectionOverUnion(BufferedImage mask, int center, int radius) {
        int both = 0;
        int either = 0;
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                boolean found = mask.getRaster().getSample(x, y, 0) > 127;
                boolean real = inside(x, y, center, radius);
                both += found && real ? 1 : 0;
                either += found || real ? 1 : 0;
            }
        }
        return (double) both / either;
    }
}
