package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;
import org.junit.jupiter.api.Test;

class MaskSurroundingsTest {

    @Test
    void band_aroundOnePixel_isARingBeyondTheGap() {
        BufferedImage mask = new BufferedImage(9, 9, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(4, 4, 0, 255);
        byte[] band = Image.gray(MaskSurroundings.band(mask, 1, 2)).levels();
        for (int i = 0; i < band.length; i++) {
            double distance = Math.hypot(i % 9 - 4, i / 9 - 4);
            assertThat(band[i] != 0).as("at distance %.2f", distance).isEqualTo(distance > 1 && distance <= 3);
        }
    }

    @Test
    void band_aroundNothing_isEmpty() {
        BufferedImage mask = new BufferedImage(9, 5, BufferedImage.TYPE_BYTE_GRAY);
        assertThat(MaskStatistics.of(MaskSurroundings.band(mask, 1, 3)).isEmpty())
                .isTrue();
    }
}
