package org.dualanodiff.pipeline.quality;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;
import org.junit.jupiter.api.Test;

class MaskLevelsTest {

    private static final GroundDistanceMask MASKS = masks(PartGround.GREY);

    private static List<TrainingPair> discs(int depth) {
        return IntStream.range(0, 6)
                .mapToObj(i -> Pictures.disc(i, 20 + 4 * i, 30, 7, depth))
                .toList();
    }

    @Test
    void levels_ofDefectCloseToMidGrey_areLowerThanTheDefaults() {
        List<TrainingPair> faint = discs(0).stream()
                .map(pair -> new TrainingPair(Pictures.flat(146), pair.mask()))
                .toList();
        MaskLevels levels = MaskLevels.choose(faint, MASKS);
        assertThat(levels.high()).isLessThan(0.25);
        assertThat(ratio(levels, faint)).isBetween(0.85, 1.15);
    }

    @Test
    void levels_ofDarkDefect_giveItsAreaBack() {
        MaskLevels levels = MaskLevels.choose(discs(110), MASKS);
        assertThat(ratio(levels, discs(110))).isBetween(0.9, 1.1);
    }

    @Test
    void levels_ofTheSamePairs_areTheSame() {
        assertThat(MaskLevels.choose(discs(60), MASKS)).isEqualTo(MaskLevels.choose(discs(60), MASKS));
    }

    @Test
    void levels_ofMidGreyDefectOnColoredGround_giveItsAreaBack() {
        List<TrainingPair> unseen = discs(0).stream()
                .map(pair -> new TrainingPair(Pictures.flat(128), pair.mask()))
                .toList();
        GroundDistanceMask onBlue = masks(PartGround.parse("#5353ac"));
        assertThat(ratio(MaskLevels.choose(unseen, MASKS), unseen, MASKS)).isLessThan(0.1);
        assertThat(ratio(MaskLevels.choose(unseen, onBlue), unseen, onBlue)).isBetween(0.9, 1.1);
    }

    private static GroundDistanceMask masks(PartGround ground) {
        return new GroundDistanceMask(0, 1, ground, new MaskCleanup(0, 1, 4, 0, 64));
    }

    private static double ratio(MaskLevels levels, List<TrainingPair> pairs) {
        return ratio(levels, pairs, MASKS);
    }

    private static double ratio(MaskLevels levels, List<TrainingPair> pairs, GroundDistanceMask masks) {
        GroundDistanceMask extractor = levels.in(masks);
        int found = area(pairs.stream().map(pair -> extractor.extract(AnomalyPart.of(pair.part(masks.ground())))));
        return (double) found / area(pairs.stream().map(pair -> Mask.of(pair.mask())));
    }

    private static int area(Stream<Mask> masks) {
        return masks.mapToInt(Mask::area).sum();
    }
}
