package org.dualanodiff.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;
import org.junit.jupiter.api.Test;

class PairThumbnailTest {

    @Test
    void thumbnail_ofWideImage_keepsItsProportions() {
        PairThumbnail pair = PairThumbnail.of("", TestPairs.image(0, 200, 100), TestPairs.mask(0, 200, 100), 50);

        assertThat(pair.cells()).allSatisfy(cell -> {
            assertThat(cell.width()).isEqualTo(50);
            assertThat(cell.height()).isEqualTo(25);
        });
    }

    @Test
    void thumbnail_ofSmallImage_isEnlargedByWholePixels() {
        PairThumbnail pair = PairThumbnail.of("", TestPairs.image(0, 20, 20), TestPairs.mask(0, 20, 20), 50);

        assertThat(pair.width()).isEqualTo(40);
        assertThat(pair.mask().levels()).containsOnly(0, 255);
    }

    @Test
    void mask_ofOnePixelInALargeImage_isStillSeen() {
        BufferedImage mask = new BufferedImage(1024, 1024, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(700, 300, 0, 255);

        PairThumbnail pair = PairThumbnail.of("", TestPairs.image(0, 1024, 1024), mask, 64);

        assertThat(pair.mask().level(0, 300 / 16, 700 / 16)).isEqualTo(255);
    }

    @Test
    void overlay_outlinesTheMaskAndLeavesTheRestAlone() {
        PairThumbnail pair = PairThumbnail.of("", TestPairs.image(0, 64, 64), TestPairs.mask(0, 64, 64), 64);
        Image image = pair.image();
        Image overlay = pair.overlay();

        assertThat(overlay.level(0, 0, 0)).isEqualTo(image.level(0, 0, 0));
        int left = firstDefectColumn(pair.mask(), 20);
        assertThat(new int[] {
                    overlay.level(0, 20, left - 1), overlay.level(1, 20, left - 1), overlay.level(2, 20, left - 1)
                })
                .containsExactly(255, 0, 110);
    }

    @Test
    void anomalyPart_ofRealPair_isTheImageInsideTheMaskAndGreyOutside() {
        PairThumbnail pair = PairThumbnail.of("", TestPairs.image(0, 64, 64), TestPairs.mask(0, 64, 64), 64);

        assertThat(pair.anomaly().level(0, 0, 0)).isEqualTo(128);
        int left = firstDefectColumn(pair.mask(), 20);
        assertThat(pair.anomaly().level(0, 20, left)).isEqualTo(pair.image().level(0, 20, left));
    }

    @Test
    void thumbnail_ofMaskOfAnotherSize_namesPairAndSizes() {
        assertThatThrownBy(() -> PairThumbnail.of("tile 7", TestPairs.image(0, 8, 8), TestPairs.mask(0, 8, 9), 8))
                .hasMessage("the mask of 'tile 7' must be as large as its image, 8 x 8, was 8 x 9");
    }

    private static int firstDefectColumn(Image mask, int row) {
        int x = 0;
        while (mask.level(0, row, x) == 0) {
            x++;
        }
        return x;
    }
}
