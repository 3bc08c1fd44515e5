package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MaskStatisticsTest {
    @Test
    void statistics_ofTwoParts_areExact() {
        Mask mask = mask("........", ".##.....", "...#....", "......##", "........");

        assertThat(MaskStatistics.of(mask.toImage())).isEqualTo(new MaskStatistics(5, 1, 1, 7, 3, 2));
    }

    @Test
    void statistics_ofEmptyMask_areZero() {
        MaskStatistics statistics = MaskStatistics.of(mask("...", "...").toImage());

        assertThat(statistics).isEqualTo(new MaskStatistics(0, 0, 0, 0, 0, 0));
        assertThat(statistics.isEmpty()).isTrue();
    }

    @Test
    void statistics_ofFullLargeMask_isOneComponent() {
        boolean[] all = new boolean[1024 * 1024];
        Arrays.fill(all, true);

        MaskStatistics statistics = MaskStatistics.of(new Mask(1024, 1024, all).toImage());

        assertThat(statistics).isEqualTo(new MaskStatistics(1024 * 1024, 0, 0, 1024, 1024, 1));
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
        int[] squared = Morphology.squaredDistanceToSet(new Mask(17, 11, set));

        for (int i = 0; i < set.length; i++) {
            assertThat(squared[i]).isEqualTo(nearest(set, i % 17, i / 17));
        }
    }

    @Test
    void erosion_atTheBorder_doesNotEatTheMask() {
        boolean[] all = new boolean[20];
        Arrays.fill(all, true);

        assertThat(Morphology.erode(new Mask(5, 4, all), 2).set()).containsOnly(true);
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
