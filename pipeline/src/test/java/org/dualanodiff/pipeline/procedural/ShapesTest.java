package org.dualanodiff.pipeline.procedural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShapesTest {
    @Test
    void line_depth_isTheDistanceToItsOutline() {
        Field line = Shapes.line(List.of(new Point(30, 60), new Point(90, 60)), (piece, pieces) -> 3);

        assertThat(line.at(60, 60)).isCloseTo(3, within(1e-9));
        assertThat(line.at(60, 65)).isCloseTo(-2, within(1e-9));
        assertThat(line.at(20, 60)).isCloseTo(-7, within(1e-9));
    }

    @Test
    void line_thatTapers_isThinnerAtItsEnd() {
        List<Point> points = List.of(new Point(20, 20), new Point(60, 20), new Point(100, 20));
        Field line = Shapes.line(points, (piece, pieces) -> 5 - 4 * piece / pieces);

        assertThat(line.at(20, 20)).isCloseTo(4, within(1e-9));
        assertThat(line.at(100, 20)).isCloseTo(2, within(1e-9));
    }

    @Test
    void blob_withoutRoughness_hasTheAreaOfItsRadius() {
        Field blob = Shapes.blob(Point.CENTER, 20, 0, PictureRandom.of(4));

        int area = 0;
        for (int i = 0; i < Canvas.AREA; i++) {
            area += blob.at(i % Canvas.SIZE, i / Canvas.SIZE) > 0 ? 1 : 0;
        }
        assertThat(area / (Math.PI * 400)).isCloseTo(1, within(0.05));
    }

    @Test
    void polygon_depth_isTheDistanceToTheNearestSide() {
        Field square = Shapes.polygon(new Point(50, 50), 0, 10, 10, 10, 10);

        assertThat(square.at(50, 50)).isCloseTo(10, within(1e-9));
        assertThat(square.at(58, 45)).isCloseTo(2, within(1e-9));
        assertThat(square.at(50, 63)).isCloseTo(-3, within(1e-9));
    }

    @Test
    void sampledField_equalsTheFieldAtPixelsAndTheBorderBeyond() {
        Field field = (x, y) -> 3 * x - y;
        Field sampled = field.sampled();

        assertThat(sampled.at(7, 90)).isEqualTo(field.at(7, 90));
        assertThat(sampled.at(-40, 200)).isEqualTo(field.at(0, 127));
    }
}
