package org.dualanodiff.pipeline.procedural;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.GenericDefects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SceneTest {
    static Stream<Arguments> scenes() {
        PictureRandom random = PictureRandom.of(21);
        return Stream.of(SampleDataset.PRODUCTS, ProceduralCorpus.SURFACES, ProceduralCorpus.THINGS)
                .flatMap(List::stream)
                .map(product ->
                        Arguments.argumentSet(product.name(), product.specimen().draw(random)));
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void place_onProduct_isInsideItsOutline(Scene scene) {
        PictureRandom random = PictureRandom.of(2);
        for (int i = 0; i < 20; i++) {
            Point place = scene.somewhere(random);
            assertThat(scene.object().at(place.x(), place.y())).isGreaterThan(3);
            Point rim = scene.onRim(random);
            assertThat(scene.object().at(rim.x(), rim.y())).isGreaterThan(-2);
            assertThat(List.of(rim.x(), rim.y())).allMatch(value -> value > -1e-9 && value < Canvas.SIZE);
        }
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void everyDefect_changesNothingBesideTheProduct(Scene scene) {
        PictureRandom random = PictureRandom.of(3);
        for (Defect defect : GenericDefects.ALL) {
            Canvas after = defect.on(scene, random);
            for (int i = 0; i < Canvas.AREA; i++) {
                if (scene.object().at(i % Canvas.SIZE, i / Canvas.SIZE) < -0.5) {
                    assertThat(after.at(i))
                            .as(defect.name())
                            .isEqualTo(scene.canvas().at(i));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void colors_areNumbersWithinReachOfTheCamera(Scene scene) {
        double sum = 0;
        for (int i = 0; i < Canvas.AREA; i++) {
            assertThat(scene.canvas().at(i).red()).isFinite();
            sum += scene.canvas().at(i).green();
        }
        assertThat(sum / Canvas.AREA).isBetween(0.02, 1.4);
    }
}
