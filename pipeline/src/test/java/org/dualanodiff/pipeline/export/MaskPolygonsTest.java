package org.dualanodiff.pipeline.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.dualanodiff.model.mask.Mask;
import org.junit.jupiter.api.Test;

class MaskPolygonsTest {

    @Test
    void trace_ofRectangle_givesItsFourCorners() {
        assertThat(MaskPolygons.trace(TestMasks.of("....", ".##.", ".##.")))
                .containsExactly(new int[] {1, 1, 3, 1, 3, 3, 1, 3});
    }

    @Test
    void trace_ofPartsThatTouchAtACorner_givesTwoPolygons() {
        assertThat(MaskPolygons.trace(TestMasks.of("#.", ".#"))).hasSize(2);
    }

    @Test
    void trace_ofRing_joinsTheHoleByACut() {
        List<int[]> polygons = MaskPolygons.trace(TestMasks.of("###", "#.#", "###"));

        assertThat(polygons).hasSize(1);
        assertThat(signedArea(polygons.get(0))).isEqualTo(8);
    }

    @Test
    void trace_ofEmptyMask_givesNothing() {
        assertThat(MaskPolygons.trace(TestMasks.of("..", ".."))).isEmpty();
    }

    @Test
    void trace_ofAnyMask_givesPolygonsThatFillToIt() {
        LongStream.range(0, 2000).forEach(seed -> {
            Mask mask = TestMasks.random(seed);
            List<int[]> polygons = MaskPolygons.trace(mask);
            assertThat(filled(polygons, mask.width(), mask.height()).set())
                    .as("seed %d", seed)
                    .isEqualTo(mask.set());
            assertThat(polygons.stream()
                            .mapToDouble(MaskPolygonsTest::signedArea)
                            .sum())
                    .isEqualTo(mask.area());
        });
    }

    /** Each polygon by the even-odd rule, then all of them together, as COCO does. */
    private static Mask filled(List<int[]> polygons, int width, int height) {
        boolean[] set = new boolean[width * height];
        for (int[] polygon : polygons) {
            for (int i = 0; i < set.length; i++) {
                if (isInside(polygon, i % width + 0.5, i / width + 0.5)) {
                    set[i] = true;
                }
            }
        }
        return new Mask(width, height, set);
    }

    private static boolean isInside(int[] polygon, double x, double y) {
        boolean inside = false;
        for (int i = 0; i < polygon.length; i += 2) {
            int next = (i + 2) % polygon.length;
            boolean crossesRow = polygon[i + 1] > y != polygon[next + 1] > y;
            // Edges run along rows and columns, so one that crosses the row has one x.
            if (crossesRow && polygon[i] > x) {
                inside = !inside;
            }
        }
        return inside;
    }

    private static double signedArea(int[] polygon) {
        double twice = 0;
        for (int i = 0; i < polygon.length; i += 2) {
            int next = (i + 2) % polygon.length;
            twice += (double) polygon[i] * polygon[next + 1] - (double) polygon[next] * polygon[i + 1];
        }
        return twice / 2;
    }
}
