package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Image;
import org.junit.jupiter.api.Test;

class MaskTest {
    @Test
    void statistics_ofTwoParts_areExact() {
        Mask mask = mask("........", ".##.....", "...#....", "......##", "........");

        assertThat(mask.area()).isEqualTo(5);
        assertThat(mask.share()).isEqualTo(5 / 40.0);
        assertThat(mask.box()).isEqualTo(new Box(1, 1, 7, 3));
        assertThat(mask.components().parts())
                .containsExactly(
                        new Components.Part(new Box(1, 1, 3, 2), 3), new Components.Part(new Box(6, 3, 2, 1), 2));
    }

    @Test
    void dilation_ofAVeryWideMask_staysNearItsMarks() {
        Mask mask = Mask.where(56_000, 3, i -> i == 5);
        assertThat(mask.dilated(2).area()).isEqualTo(5 + 3 + 1);
    }

    @Test
    void statistics_ofEmptyMask_areZero() {
        Mask mask = mask("...", "...");

        assertThat(mask.isEmpty()).isTrue();
        assertThat(mask.box()).isEqualTo(new Box(0, 0, 0, 0));
        assertThat(mask.components().count()).isZero();
    }

    @Test
    void statistics_ofFullLargeMask_areOneComponent() {
        Mask mask = Mask.where(1024, 1024, i -> true);

        assertThat(mask.components().parts())
                .containsExactly(new Components.Part(new Box(0, 0, 1024, 1024), 1024 * 1024));
    }

    @Test
    void mask_ofAnImage_isWhatIsBright() {
        Image image = new Image(4, 1, 1, new byte[] {0, 127, (byte) 128, (byte) 255});

        assertThat(Mask.of(image).set()).containsExactly(false, false, true, true);
        assertThat(Mask.of(image).image().levels()).containsExactly((byte) 0, (byte) 0, (byte) 255, (byte) 255);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mask.of(new Image(1, 1, 3, new byte[3])))
                .withMessageContaining("grey");
    }

    @Test
    void holes_areWhatTheBorderCannotBeReachedFrom() {
        Mask mask = mask("######..", "#....#..", "#.##.#..", "#....###", "######.#", ".....#.#");

        assertThat(mask.holes().area()).isEqualTo(10);
        assertThat(mask.filled(9).set()).isEqualTo(mask.set());
        assertThat(mask.filled(10).area()).isEqualTo(mask.area() + 10);
    }

    @Test
    void squareDilation_ofOnePixel_isASquareCutAtTheBorder() {
        Mask grown = mask("....", "#...", "....", "....").dilatedBySquare(1);

        assertThat(grown.set()).isEqualTo(mask("##..", "##..", "##..", "....").set());
    }

    @Test
    void smoothing_dropsThreadsAndFillsNicks() {
        Mask rough = mask("######.", "###.##.", "######.", ".......", "#######");

        Mask smooth = rough.smoothed(1);

        assertThat(smooth.set()[7 + 3]).isTrue();
        assertThat(smooth.set()[4 * 7 + 3]).isFalse();
    }

    @Test
    void band_aroundOnePixel_isARingBeyondTheGap() {
        Mask band = Mask.where(9, 9, i -> i == 4 * 9 + 4).band(1, 2);

        for (int i = 0; i < band.set().length; i++) {
            double distance = Math.hypot(i % 9 - 4, i / 9 - 4);
            assertThat(band.set()[i]).as("at distance %.2f", distance).isEqualTo(distance > 1 && distance <= 3);
        }
        assertThat(Mask.where(9, 5, i -> false).band(1, 3).isEmpty()).isTrue();
    }

    @Test
    void components_ofManySinglePixels_areAllCounted() {
        boolean[] grid = new boolean[64 * 64];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = i % 2 == 0 && i / 64 % 2 == 0;
        }
        assertThat(Components.eightConnected(new Mask(64, 64, grid)).count()).isEqualTo(1024);
    }

    @Test
    void distance_ofRandomMask_equalsExhaustiveSearch() {
        SplittableRandom random = new SplittableRandom(3);
        boolean[] set = new boolean[17 * 11];
        for (int i = 0; i < set.length; i++) {
            set[i] = random.nextInt(12) == 0;
        }
        int[] squared = DistanceTransform.squared(new Mask(17, 11, set));

        for (int i = 0; i < set.length; i++) {
            assertThat(squared[i]).isEqualTo(nearest(set, i % 17, i / 17));
        }
    }

    @Test
    void erosion_atTheBorder_doesNotEatTheMask() {
        boolean[] all = new boolean[20];
        Arrays.fill(all, true);

        assertThat(new Mask(5, 4, all).eroded(2).set()).containsOnly(true);
    }

    private static int nearest(boolean[] set, int x, int y) {
        int best = Integer.MAX_VALUE;
        for (int i = 0; i < set.length; i++) {
            int dx = i % 17 - x;
            int dy = i / 17 - y;
            best = set[i] ? Math.min(best, dx * dx + dy * dy) : best;
        }
        return best;
    }

    private static Mask mask(String... rows) {
        String all = String.join("", rows);
        boolean[] set = new boolean[all.length()];
        for (int i = 0; i < set.length; i++) {
            set[i] = all.charAt(i) == '#';
        }
        return new Mask(rows[0].length(), rows.length, set);
    }
}
