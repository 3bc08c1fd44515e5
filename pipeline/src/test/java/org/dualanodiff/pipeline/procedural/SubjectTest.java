package org.dualanodiff.pipeline.procedural;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SubjectTest {
    static Stream<Arguments> subjects() {
        Dice dice = new Dice(Seeds.random(21));
        Stream<Subject> products = Product.ALL.stream().map(product -> Subject.of(product, dice));
        Stream<Subject> surfaces = Surface.ALL.stream().map(surface -> surface.draw(dice));
        Stream<Subject> bodies = Body.ALL.stream().map(body -> body.draw(dice));
        return Stream.of(products, surfaces, bodies)
                .flatMap(kind -> kind)
                .map(subject -> Arguments.argumentSet(subject.word(), subject));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void place_onSubject_isInsideItsOutline(Subject subject) {
        Dice dice = new Dice(Seeds.random(2));
        for (int i = 0; i < 20; i++) {
            Point place = subject.somewhere(dice);
            assertThat(subject.depth().at((int) place.x(), (int) place.y())).isGreaterThan(3);
            Point rim = subject.onRim(dice);
            assertThat(subject.depth().at((int) rim.x(), (int) rim.y())).isGreaterThan(0);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void everyDefect_changesNothingBesideTheSubject(Subject subject) {
        Dice dice = new Dice(Seeds.random(3));
        for (GenericDefect defect : GenericDefect.ALL) {
            Plane before = subject.picture().green();
            Plane after = defect.on(subject, dice).green();
            for (int i = 0; i < Plane.AREA; i++) {
                if (subject.depth().values()[i] < -0.5) {
                    assertThat(after.values()[i]).as(defect.word()).isEqualTo(before.values()[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void colors_areNumbersWithinReachOfTheCamera(Subject subject) {
        assertThat(subject.picture().red().values()).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY);
        assertThat(mean(subject.picture().green())).isBetween(0.02, 1.4);
    }

    private static double mean(Plane plane) {
        double sum = 0;
        for (float value : plane.values()) {
            sum += value;
        }
        return sum / Plane.AREA;
    }
}
