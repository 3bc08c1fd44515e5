package org.dualanodiff.pipeline.procedural;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SampleImageTest {
    private static final int AREA = Canvas.SIZE * Canvas.SIZE;

    static Stream<Arguments> productsAndDefects() {
        return SampleDataset.PRODUCTS.stream()
                .flatMap(product -> product.defects().stream()
                        .map(defect ->
                                Arguments.argumentSet(product.name() + " with " + defect.name(), product, defect)));
    }

    @ParameterizedTest
    @MethodSource("productsAndDefects")
    void defect_onProduct_coversTwoToFifteenPercent(Product product, Defect defect) {
        for (int seed = 0; seed < 12; seed++) {
            ProceduralImage sample = SampleDataset.defective(product, defect, seed);
            assertThat((double) Mask.of(sample.mask()).area() / AREA).isBetween(0.02, 0.15);
        }
    }

    @ParameterizedTest
    @MethodSource("productsAndDefects")
    void image_outsideMask_equalsTheFaultlessOne(Product product, Defect defect) {
        ProceduralImage sample = SampleDataset.defective(product, defect, 3);
        Image mask = sample.mask();

        assertThat(changedPixels(sample)).allMatch(i -> mask.levels()[i] == (byte) 255);
    }

    @ParameterizedTest
    @MethodSource("productsAndDefects")
    void image_insideMask_isChangedNearlyEverywhere(Product product, Defect defect) {
        ProceduralImage sample = SampleDataset.defective(product, defect, 3);
        int area = Mask.of(sample.mask()).area();

        assertThat(changedPixels(sample).count()).isGreaterThan(Math.round(0.95 * area));
    }

    @Test
    void good_ofAnyProduct_hasAnEmptyMask() {
        for (Product product : SampleDataset.PRODUCTS) {
            ProceduralImage sample = SampleDataset.good(product, 8);
            assertThat(Mask.of(sample.mask()).isEmpty()).isTrue();
            assertThat(sample.image().levels()).isEqualTo(sample.faultless().levels());
        }
    }

    @Test
    void good_withOtherSeed_isAnotherSpecimen() {
        for (Product product : SampleDataset.PRODUCTS) {
            byte[] one = SampleDataset.good(product, 1).image().levels();
            byte[] other = SampleDataset.good(product, 2).image().levels();
            assertThat(IntStream.range(0, AREA).filter(i -> one[i] != other[i]).count())
                    .isGreaterThan(AREA / 2);
        }
    }

    private static Stream<Integer> changedPixels(ProceduralImage sample) {
        byte[] image = sample.image().levels();
        byte[] faultless = sample.faultless().levels();
        return IntStream.range(0, AREA)
                .filter(i -> image[i] != faultless[i]
                        || image[AREA + i] != faultless[AREA + i]
                        || image[2 * AREA + i] != faultless[2 * AREA + i])
                .boxed();
    }
}
