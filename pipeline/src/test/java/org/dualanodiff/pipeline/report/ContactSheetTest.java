package org.dualanodiff.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import org.dualanodiff.model.image.PngCodec;
import org.junit.jupiter.api.Test;

class ContactSheetTest {

    @Test
    void png_ofTwoGroups_holdsEveryPairBesideOneAnother() throws IOException {
        BufferedImage sheet = PngCodec.decode(ContactSheet.png(TestPairs.realAndGenerated(48), 2, Long.MAX_VALUE));

        assertThat(sheet.getWidth()).isGreaterThan(2 * 4 * 48).isLessThan(2 * 4 * 48 + 80);
        // Two rows of real pairs, four of generated ones.
        assertThat(sheet.getHeight()).isGreaterThan(6 * 48 + 2 * 26).isLessThan(6 * 90);
    }

    @Test
    void png_aboveTheBound_isScaledDownUntilItFits() throws IOException {
        List<PairGroup> groups = TestPairs.realAndGenerated(64);
        byte[] free = ContactSheet.png(groups, 2, Long.MAX_VALUE);

        byte[] bounded = ContactSheet.png(groups, 2, free.length / 3);

        assertThat(bounded.length).isLessThanOrEqualTo(free.length / 3);
        assertThat(PngCodec.decode(bounded).getWidth())
                .isLessThan(PngCodec.decode(free).getWidth());
    }

    @Test
    void png_withoutAnyPair_isRefused() {
        assertThatThrownBy(() -> ContactSheet.png(List.of(new PairGroup("none", List.of())), 2, 1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one pair");
    }
}
