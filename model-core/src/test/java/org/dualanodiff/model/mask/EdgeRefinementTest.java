package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;
import org.junit.jupiter.api.Test;

class EdgeRefinementTest {

    private static final MaskCleanup NOTHING = new MaskCleanup(0, 0, 0, 0, 0);
    private static final int SIDE = 48;

    private static BufferedImage square(int from, int to, int inside, int outside) {
        byte[] levels = new byte[SIDE * SIDE];
        for (int i = 0; i < levels.length; i++) {
            boolean in = i % SIDE >= from && i % SIDE < to && i / SIDE >= from && i / SIDE < to;
            levels[i] = (byte) (in ? inside : outside);
        }
        return new Image(SIDE, SIDE, 1, levels).buffered();
    }

    @Test
    void refinement_ofMaskTwoPixelsTooLarge_comesNearTheEdgeOfTheImage() {
        BufferedImage image = square(16, 32, 40, 180);
        Mask refined = new EdgeRefinement(4, 1e-3, NOTHING).apply(Mask.of(square(14, 34, 255, 0)), image);
        assertThat(refined.area()).isBetween(16 * 16, 17 * 17);
    }

    @Test
    void refinement_ofMaskThatFits_leavesIt() {
        Mask mask = Mask.of(square(16, 32, 255, 0));
        Mask refined = new EdgeRefinement(4, 1e-3, NOTHING).apply(mask, square(16, 32, 40, 180));
        assertThat(refined.set()).isEqualTo(mask.set());
    }

    @Test
    void refinement_withoutWindowOrEpsilon_isRefused() {
        assertThatThrownBy(() -> new EdgeRefinement(0, 1e-3, NOTHING)).hasMessageContaining("radius >= 1");
        assertThatThrownBy(() -> new EdgeRefinement(3, 0, NOTHING)).hasMessageContaining("epsilon > 0");
    }
}
