package org.dualanodiff.pipeline.procedural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RegionTest {
    @Test
    void segment_depth_isExactNearItAndFarOutsideElsewhere() {
        Plane depth =
                new Region().segment(new Point(30, 60), new Point(90, 60), 3, 3).depth();

        assertThat(depth.at(60, 60)).isCloseTo(3f, within(1e-4f));
        assertThat(depth.at(60, 65)).isCloseTo(-2f, within(1e-4f));
        assertThat(depth.at(20, 60)).isCloseTo(-7f, within(1e-4f));
        assertThat(depth.at(60, 110)).isEqualTo(-20);
    }

    @Test
    void line_thatTapers_isThinnerAtItsEnd() {
        Plane depth = new Region()
                .line(List.of(new Point(20, 20), new Point(60, 20), new Point(100, 20)), 5, 1)
                .depth();

        assertThat(depth.at(20, 20)).isCloseTo(5f, within(1e-4f));
        assertThat(depth.at(60, 20)).isCloseTo(3f, within(1e-4f));
        assertThat(depth.at(100, 20)).isCloseTo(1f, within(1e-4f));
    }

    @Test
    void blob_withoutRoughness_hasTheAreaOfItsRadius() {
        Dice dice = new Dice(Seeds.random(4));
        float[] depth = new Region().blob(Point.CENTER, 20, 0, dice).depth().values();

        int area = 0;
        for (float value : depth) {
            area += value > 0 ? 1 : 0;
        }
        assertThat(area / (Math.PI * 400)).isCloseTo(1, within(0.05));
    }

    @Test
    void part_beyondThePicture_isCutOff() {
        Plane depth = new Region()
                .segment(new Point(-400, -90), new Point(-300, 500), 4, 4)
                .segment(new Point(120, 120), new Point(300, 120), 4, 4)
                .depth();

        assertThat(depth.at(127, 120)).isCloseTo(4f, within(1e-4f));
        assertThat(depth.at(0, 0)).isEqualTo(-20);
    }
}
