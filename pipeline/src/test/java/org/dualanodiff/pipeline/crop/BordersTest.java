package org.dualanodiff.pipeline.crop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Flip;
import org.junit.jupiter.api.Test;

class BordersTest {

    private static final Borders LEFT = new Borders(true, false, false, false);
    private static final Borders BOTTOM = new Borders(false, false, false, true);

    @Test
    void borders_mirrored_staySameWhereBothEndsOrNoneAreReached() {
        assertThat(Arrays.stream(Flip.values()).filter(LEFT::staySameIn))
                .containsExactlyInAnyOrder(Flip.NONE, Flip.VERTICAL);
        assertThat(Arrays.stream(Flip.values()).filter(BOTTOM::staySameIn))
                .containsExactlyInAnyOrder(Flip.NONE, Flip.HORIZONTAL);
        assertThat(Arrays.stream(Flip.values()).filter(Borders.NONE::staySameIn))
                .containsExactly(Flip.values());
        assertThat(Arrays.stream(Flip.values()).filter(new Borders(true, true, true, false)::staySameIn))
                .containsExactlyInAnyOrder(Flip.NONE, Flip.HORIZONTAL);
    }

    @Test
    void borders_ofALongPhotograph_areThoseWhereTheWindowStillHoldsTheDefect() {
        Box defect = new Box(0, 9805, 10, 10);
        Window around = Window.around(5, 9810, 128, 1024, 10_000);
        Borders near = Borders.reachedBy(defect, 1024, 10_000);
        assertThat(near).isEqualTo(new Borders(true, false, false, true));
        assertThat(near.holding(defect, around, 1024, 10_000)).isEqualTo(LEFT);
    }
}
