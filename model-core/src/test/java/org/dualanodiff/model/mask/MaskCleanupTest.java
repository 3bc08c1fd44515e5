package org.dualanodiff.model.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskCleanupTest {

    private static final MaskCleanup CLEANUP = new MaskCleanup(1, 1, 12, 0.001, 9);

    /** Rectangles by their corners in an image of 128 x 128: left, top, right, bottom; those in HOLES are cut out. */
    private static final int[][] REGIONS = {
        {8, 8, 40, 40},
        {41, 8, 60, 40},
        {66, 8, 90, 40},
        {8, 60, 40, 90},
        {100, 100, 103, 103},
        {110, 100, 114, 104},
        {40, 70, 60, 72},
        {60, 60, 80, 90}
    };

    private static final int[][] HOLES = {{14, 66, 17, 69}, {26, 66, 31, 71}};

    @Test
    void cleanup_atTheReference_isTheOneGiven() {
        assertThat(CLEANUP.at(128)).isEqualTo(CLEANUP);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void scene_atAnyResolution_keepsAndLosesTheSameParts(int side) {
        Mask cleaned = CLEANUP.at(side).apply(scene(side));

        assertThat(at(cleaned, 40, 20)).as("gap of 1").isTrue();
        assertThat(at(cleaned, 63, 20)).as("gap of 6").isFalse();
        assertThat(at(cleaned, 15, 67)).as("hole of 9").isTrue();
        assertThat(at(cleaned, 28, 68)).as("hole of 25").isFalse();
        assertThat(at(cleaned, 101, 101)).as("speck of 9").isFalse();
        assertThat(at(cleaned, 112, 102)).as("speck of 16").isTrue();
        assertThat(at(cleaned, 50, 71)).as("bridge 2 wide").isFalse();
        assertThat(at(cleaned, 70, 75)).as("beyond the bridge").isTrue();
        assertThat(Components.eightConnected(cleaned).count()).isEqualTo(5);
    }

    /** The disc is not quite the same shape when it is larger: only outlines may differ. */
    @ParameterizedTest
    @ValueSource(ints = {256, 512})
    void scene_atAnotherResolution_coversTheSameShare(int side) {
        assertThat(share(CLEANUP.at(side).apply(scene(side))))
                .isCloseTo(share(CLEANUP.apply(scene(128))), withinPercentage(1));
    }

    @Test
    void areas_thatWouldNotFit_areTheLargestThereIs() {
        assertThat(new MaskCleanup(0, 0, 10_000_000, 0, 0).at(4096).minArea()).isEqualTo(Integer.MAX_VALUE);
    }

    private static Mask scene(int side) {
        int scale = side / 128;
        boolean[] set = new boolean[side * side];
        for (int i = 0; i < set.length; i++) {
            int x = i % side / scale;
            int y = i / side / scale;
            set[i] = in(REGIONS, x, y) && !in(HOLES, x, y);
        }
        return new Mask(side, side, set);
    }

    private static boolean in(int[][] rectangles, int x, int y) {
        return IntStream.range(0, rectangles.length)
                .mapToObj(i -> rectangles[i])
                .anyMatch(r -> x >= r[0] && y >= r[1] && x < r[2] && y < r[3]);
    }

    /** Whether the middle of a pixel of the reference image is set. */
    private static boolean at(Mask mask, int x, int y) {
        int scale = mask.width() / 128;
        return mask.set()[(y * scale + scale / 2) * mask.width() + x * scale + scale / 2];
    }

    private static double share(Mask mask) {
        return (double) IntStream.range(0, mask.set().length)
                        .filter(i -> mask.set()[i])
                        .count()
                / mask.set().length;
    }
}
