package org.dualanodiff.pipeline.procedural;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;
import org.junit.jupiter.api.Test;

class ProceduralCorpusTest {
    private static final int AREA = 128 * 128;
    private static final int COUNT = 400;
    private static final List<ProceduralImage> IMAGES = images(new ProceduralCorpus(11), 0, COUNT);

    @Test
    void image_ofSameSeedAndIndex_isTheSameInAnyOrder() {
        ProceduralCorpus again = new ProceduralCorpus(11);
        for (int index : List.of(30, 3, 17, 399)) {
            ProceduralImage image = again.image(index);
            assertThat(image.image().levels())
                    .isEqualTo(IMAGES.get(index).image().levels());
            assertThat(image.mask().levels()).isEqualTo(IMAGES.get(index).mask().levels());
            assertThat(image.defect()).isEqualTo(IMAGES.get(index).defect());
        }
    }

    @Test
    void image_ofOtherSeedOrIndex_isAnother() {
        ProceduralCorpus other = new ProceduralCorpus(12);
        for (int index = 0; index < 20; index++) {
            Image one = IMAGES.get(index).image();
            assertThat(distance(one, other.image(index).image())).isGreaterThan(1);
            assertThat(distance(one, IMAGES.get(index + 1).image())).isGreaterThan(1);
        }
    }

    @Test
    void image_outsideMask_equalsTheFaultlessOne() {
        for (ProceduralImage image : IMAGES) {
            byte[] mask = image.mask().levels();
            byte[] levels = image.image().levels();
            byte[] faultless = image.faultless().levels();
            assertThat(IntStream.range(0, 3 * AREA).filter(i -> levels[i] != faultless[i]))
                    .allMatch(i -> mask[i % AREA] == (byte) 255);
        }
    }

    @Test
    void mask_ofDefect_isBlackAndWhiteAndCoversHalfToTwentyPercent() {
        for (ProceduralImage image : IMAGES) {
            assertThat(image.mask().levels()).containsOnly(levelsOf(image));
            assertThat(coverage(image)).isBetween(image.defect().isPresent() ? 0.005 : 0, 0.2);
        }
    }

    @Test
    void mask_ofDefect_changesVisibly() {
        for (ProceduralImage image : IMAGES) {
            image.defect()
                    .ifPresent(word -> assertThat(changeInMask(image)).as(word).isGreaterThan(6));
        }
    }

    @Test
    void images_haveDefectsAndSampleProductsInTheStatedShares() {
        assertThat(share(image -> image.defect().isPresent())).isBetween(0.52, 0.68);
        assertThat(share(image -> SampleDataset.products().contains(image.object())))
                .isBetween(0.62, 0.78);
        assertThat(share(image -> List.of("hex_nut", "capsule").contains(image.object())))
                .isBetween(0.45, 0.6);
    }

    @Test
    void words_areDistinctAndNearlyAllOccurSoon() {
        ProceduralCorpus corpus = new ProceduralCorpus(1);
        List<String> words = Stream.concat(corpus.objects().stream(), corpus.defects().stream())
                .toList();

        assertThat(words).doesNotHaveDuplicates().hasSizeGreaterThan(45).allMatch(word -> word.matches("[a-z_]+"));
        assertThat(words)
                .containsAll(IMAGES.stream().map(ProceduralImage::object).toList());
        assertThat(IMAGES.stream().flatMap(image -> image.defect().stream()).collect(Collectors.toSet()))
                .hasSizeGreaterThan(16)
                .isSubsetOf(words);
    }

    /** In levels; pictures of one constant color each, uniformly gray, would be 85 apart. */
    @Test
    void images_differFromOneAnother() {
        double sum = 0;
        for (int i = 0; i < 100; i++) {
            sum += distance(IMAGES.get(i).image(), IMAGES.get(i + 100).image());
        }
        assertThat(sum / 100).isGreaterThan(40);
    }

    private static List<ProceduralImage> images(ProceduralCorpus corpus, long from, int count) {
        return LongStream.range(from, from + count).mapToObj(corpus::image).toList();
    }

    private static byte[] levelsOf(ProceduralImage image) {
        return image.defect().isPresent() ? new byte[] {0, (byte) 255} : new byte[] {0};
    }

    private static double coverage(ProceduralImage image) {
        byte[] mask = image.mask().levels();
        return (double) IntStream.range(0, AREA).filter(i -> mask[i] != 0).count() / AREA;
    }

    private static double changeInMask(ProceduralImage image) {
        byte[] mask = image.mask().levels();
        return IntStream.range(0, 3 * AREA)
                .filter(i -> mask[i % AREA] != 0)
                .map(i -> difference(image.image(), image.faultless(), i))
                .average()
                .orElse(0);
    }

    private static double share(Function<ProceduralImage, Boolean> property) {
        return (double) IMAGES.stream().filter(property::apply).count() / COUNT;
    }

    private static double distance(Image one, Image other) {
        return IntStream.range(0, 3 * AREA)
                .map(i -> difference(one, other, i))
                .average()
                .orElseThrow();
    }

    private static int difference(Image one, Image other, int i) {
        return Math.abs((one.levels()[i] & 0xff) - (other.levels()[i] & 0xff));
    }
}
